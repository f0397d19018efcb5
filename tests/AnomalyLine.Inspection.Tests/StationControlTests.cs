using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class StationControlTests
{
    [Fact]
    public async Task SetModeAsync_Stopped_FramesAreNotDecidableUntilStartedAndAfterARestart()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        Assert.False((await line.Line.SetModeAsync("s", StationMode.Stopped, TestLine.Cancellation)).Value.Ready);
        await AssertStoppedAsync(line);

        await line.ReopenAsync();
        await AssertStoppedAsync(line);

        Assert.True((await line.Line.SetModeAsync("s", StationMode.Continuous, TestLine.Cancellation)).Value.Ready);
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 1)).Verdict);
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("t", 1)).Verdict);
        Assert.Equal(LineErrorCode.StationNotFound, (await line.Line.SetModeAsync("x", StationMode.Stopped, TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task SetModeAsync_FrameInTheModel_IsStillJudgedAndTheModelStaysLoaded()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var accepted = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        await line.Line.SetModeAsync("s", StationMode.Stopped, TestLine.Cancellation);
        detector.Release();

        Assert.Equal(Verdict.Ok, (await accepted).Verdict);
        await line.Line.SetModeAsync("s", StationMode.Continuous, TestLine.Cancellation);
        Assert.Single(line.Loads);
    }

    [Fact]
    public async Task ResetCounters_AfterInspections_CountsFromZeroAndSaysSinceWhen()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var line = await new TestLine(time).OpenAsync("s");
        await line.InspectAsync("s", 1);
        await line.InspectAsync("s", 200);
        var before = line.Line.GetStation("s").Value;
        Assert.Equal((new StationCounters(2, 1, 1, 0), DateTimeOffset.UnixEpoch), (before.Counters, before.CountersSince));

        time.Advance(TimeSpan.FromMinutes(1));
        var reset = line.Line.ResetCounters("s").Value;
        await line.InspectAsync("s", 1);

        Assert.Equal((default, DateTimeOffset.UnixEpoch.AddMinutes(1)), (reset.Counters, reset.CountersSince));
        Assert.Equal(new StationCounters(1, 1, 0, 0), line.Line.GetStation("s").Value.Counters);
        Assert.Equal(3, line.Line.GetStation("s").Value.LastSequence);
        Assert.Equal(LineErrorCode.StationNotFound, line.Line.ResetCounters("x").Error?.Code);
    }

    [Fact]
    public async Task SetNextPart_FrameWithoutAPart_UsesItOnce()
    {
        await using var line = await new TestLine().OpenAsync("s");
        Assert.Equal(new NextPartChange(new NextPart("p-7", ""), null), line.Line.SetNextPart("s", "p-7", "").Value);
        Assert.Equal(new NextPart("p-7", ""), line.Line.GetStation("s").Value.NextPart);

        Assert.Equal("own", (await line.InspectAsync("s", 1, "own")).PartId);
        Assert.Equal("p-7", (await line.InspectAsync("s", 1)).PartId);
        Assert.Equal("", (await line.InspectAsync("s", 1)).PartId);
        Assert.Null(line.Line.GetStation("s").Value.NextPart);
    }

    [Fact]
    public async Task SetNextPart_BeforeTheOneBeforeWasUsed_GivesItBack()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.Line.SetNextPart("s", "p-1", "A");
        Assert.Equal(new NextPartChange(new NextPart("p-2", ""), new NextPart("p-1", "A")), line.Line.SetNextPart("s", "p-2", "").Value);
        Assert.Equal(new NextPartChange(null, new NextPart("p-2", "")), line.Line.SetNextPart("s", "", "").Value);
        Assert.Equal("", (await line.InspectAsync("s", 1)).PartId);

        Assert.Equal(LineErrorCode.StationNotFound, line.Line.SetNextPart("x", "", "").Error?.Code);
        Assert.Equal(LineErrorCode.InvalidPart, line.Line.SetNextPart("s", new string('x', 129), null).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidPart, line.Line.SetNextPart("s", null, new string('x', 65)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidPart, line.Line.SetNextPart("s", null, "a\nb").Error?.Code);
    }

    [Fact]
    public async Task SetNextPart_OneValueAtATime_IsOneAnnouncementUntilAFrameUsesIt()
    {
        await using var line = await new TestLine().OpenAsync("s");
        Assert.Equal(new NextPartChange(new NextPart("", "A"), null), line.Line.SetNextPart("s", null, "A").Value);
        Assert.Equal(new NextPartChange(new NextPart("p-1", "A"), null), line.Line.SetNextPart("s", "p-1", null).Value);
        var used = await line.InspectAsync("s", 1);
        Assert.Equal(("p-1", "A"), (used.PartId, used.ProductId));
        Assert.Equal(new NextPart("p-2", ""), line.Line.SetNextPart("s", "p-2", null).Value.Part);
    }

    [Fact]
    public async Task SetNextPart_FramesSideBySide_OneOfThemGetsIt()
    {
        await using var line = await new TestLine().OpenAsync("s");
        for (var i = 0; i < 20; i++)
        {
            line.Line.SetNextPart("s", $"p-{i}", "");
            var records = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => line.InspectAsync("s", 1))));
            Assert.Single(records, record => record.PartId.Length != 0);
        }
    }

    private static async Task AssertStoppedAsync(TestLine line)
    {
        var record = await line.InspectAsync("s", 1, "p");
        Assert.Equal((Verdict.NotDecidable, ReasonCode.StationStopped, "p"), (record.Verdict, record.ReasonCode, record.PartId));
        var status = line.Line.GetStation("s").Value;
        Assert.Equal((StationMode.Stopped, false), (status.Mode, status.Ready));
        Assert.Contains("stopped", status.Fault, StringComparison.Ordinal);
    }
}
