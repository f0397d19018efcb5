using AnomalyLine.Imaging;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class InspectTests
{
    [Fact]
    public async Task InspectAsync_ScoreAtThreshold_IsOkAndAboveItNotOk()
    {
        await using var line = await new TestLine().OpenAsync();
        await line.Line.CreateStationAsync("s", TestLine.Cancellation);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", threshold: 100 / 255f), TestLine.Cancellation);

        var ok = await line.InspectAsync("s", 100, "p1");
        var notOk = await line.InspectAsync("s", 101, "p2");

        Assert.Equal((Verdict.Ok, ReasonCode.WithinThreshold, 1L, "p1"), (ok.Verdict, ok.ReasonCode, ok.Sequence, ok.PartId));
        Assert.Equal((Verdict.NotOk, ReasonCode.AboveThreshold, 2L, "p2"), (notOk.Verdict, notOk.ReasonCode, notOk.Sequence, notOk.PartId));
        Assert.Equal(101 / 255f, notOk.Score, 1e-6f);
        Assert.Equal((100 / 255f, "m-0", 1, 16, 16, 1), (notOk.Threshold, notOk.ModelVersion, notOk.RecipeRevision, notOk.FrameWidth, notOk.FrameHeight, notOk.Timings.BatchSize));
        var region = Assert.Single(notOk.Regions);
        Assert.Equal((0, 0, 16, 16, 256.0), (region.X, region.Y, region.Width, region.Height, region.Area));
        Assert.Empty(ok.Regions);
    }

    [Fact]
    public async Task InspectAsync_UnknownStation_IsAnErrorAndLogsNothing()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var outcome = await line.TryInspectAsync(new InspectionRequest("t", "", TestLine.Frame(1)));
        Assert.Equal(LineErrorCode.StationNotFound, outcome.Error?.Code);
        Assert.Empty(line.Line.Log.ReadBack("t", long.MaxValue, 10));
    }

    [Fact]
    public async Task InspectAsync_FrameThatCannotBeJudged_GetsItsRecordWithTheReason()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.Line.CreateStationAsync("empty", TestLine.Cancellation);
        Assert.True(Frame.TryCreate(PixelFormat.Jpeg, 0, 0, 0, new byte[] { 1, 2, 3 }, DateTimeOffset.UnixEpoch, out var noJpeg, out _));
        (InspectionRequest Request, ReasonCode Code, string Text)[] cases =
        [
            (new("s", "p", "The frame has no data."), ReasonCode.InvalidFrame, "no data"),
            (new("s", "p", noJpeg), ReasonCode.InvalidFrame, "JPEG"),
            (new("s", new string('x', 129), TestLine.Frame(1)), ReasonCode.InvalidFrame, "129"),
            (new("s", "p", TestLine.Frame(1), TimeSpan.FromMinutes(2)), ReasonCode.InvalidFrame, "deadline"),
            (new("empty", "p", TestLine.Frame(1)), ReasonCode.NoRecipe, "empty"),
            (new("s", "p", TestLine.Frame(255)), ReasonCode.ModelFailed, "white"),
            (new("s", "p", TestLine.Frame(254)), ReasonCode.ModelFailed, "NaN"),
        ];
        foreach (var (request, code, text) in cases)
        {
            var record = (await line.TryInspectAsync(request)).Value;
            Assert.Equal((Verdict.NotDecidable, code), (record.Verdict, record.ReasonCode));
            Assert.Contains(text, record.ReasonText, StringComparison.Ordinal);
            Assert.Equal(record.ReasonText, line.Line.Log.Get(request.Station, record.Sequence).Value.ReasonText);
        }

        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 1)).Verdict);
    }

    [Fact]
    public async Task InspectAsync_RegionOfInterestOutsideTheFrame_IsInvalidFrame()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { Area = new RegionOfInterest(8, 8, 9, 8) }, TestLine.Cancellation);
        var record = await line.InspectAsync("s", 1);
        Assert.Equal((ReasonCode.InvalidFrame, 2), (record.ReasonCode, record.RecipeRevision));
        Assert.Contains("region of interest", record.ReasonText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectAsync_ModelHoldsTheFrame_IsDecidedAtTheDeadlineLessTheMargin()
    {
        var time = new FakeTimeProvider();
        await using var line = await new TestLine(time).OpenAsync("s");
        line.Detectors["m-0"].Hold();
        var held = line.InspectAsync("s", 1, deadline: TimeSpan.FromMilliseconds(100));
        await line.Detectors["m-0"].EnteredAsync();

        time.Advance(TimeSpan.FromMilliseconds(89));
        Assert.False(held.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        var record = await held;
        Assert.Equal((Verdict.NotDecidable, ReasonCode.DeadlineExceeded), (record.Verdict, record.ReasonCode));
        Assert.Contains("90 ms", record.ReasonText, StringComparison.Ordinal);
        Assert.Contains("in the model", record.ReasonText, StringComparison.Ordinal);
        Assert.Equal(90, record.Timings.TotalMs);
        line.Detectors["m-0"].Release();
        Assert.Equal(2, (await line.InspectAsync("s", 1)).Sequence);
    }

    [Fact]
    public async Task InspectAsync_ExpiredOrWithdrawnWhileWaiting_TheModelNeverSeesIt()
    {
        var time = new FakeTimeProvider();
        await using var line = await new TestLine(time).OpenAsync("s");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var first = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        using var withdraw = new CancellationTokenSource();
        var expired = line.InspectAsync("s", 2, deadline: TimeSpan.FromMilliseconds(100));
        var withdrawn = line.InspectAsync("s", 3, withdrawal: withdraw);
        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        var alreadyWithdrawn = line.InspectAsync("s", 4, withdrawal: before);

        time.Advance(TimeSpan.FromMilliseconds(100));
        await withdraw.CancelAsync();

        Assert.Equal(ReasonCode.DeadlineExceeded, (await expired).ReasonCode);
        Assert.Equal(ReasonCode.Cancelled, (await withdrawn).ReasonCode);
        Assert.Equal(ReasonCode.Cancelled, (await alreadyWithdrawn).ReasonCode);
        detector.Release();
        Assert.Equal(Verdict.Ok, (await first).Verdict);
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 5)).Verdict);
        Assert.Equal([1, 5], detector.Seen);
        Assert.Equal(5, line.ReadAll("s").Count);
    }

    [Fact]
    public async Task InspectAsync_QueueFull_IsOverloadedAtOnce()
    {
        await using var line = new TestLine();
        line.Options.QueueCapacity = 2;
        await line.OpenAsync("s");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var inModel = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        var waiting = new[] { line.InspectAsync("s", 2), line.InspectAsync("s", 3) };

        var record = await line.InspectAsync("s", 4);

        Assert.Equal((Verdict.NotDecidable, ReasonCode.Overloaded, 1L), (record.Verdict, record.ReasonCode, record.Sequence));
        Assert.Equal(2, line.Line.GetStation("s").Value.QueueLength);
        detector.Release();
        Assert.All(await Task.WhenAll([inModel, .. waiting]), r => Assert.Equal(Verdict.Ok, r.Verdict));
    }

    [Fact]
    public async Task InspectAsync_AnotherStationFloodsTheModel_IsNotOverloadedAndComesInItsTurn()
    {
        // The clock stands still: a batch waits for all that is being prepared.
        await using var line = new TestLine(new FakeTimeProvider());
        line.Options.QueueCapacity = 4;
        line.Options.MaxBatchDelay = TimeSpan.FromSeconds(1);
        await line.OpenAsync("flood", "polite");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var inModel = line.InspectAsync("flood", 1);
        await detector.EnteredAsync();
        var waiting = Enumerable.Range(0, 4).Select(_ => line.InspectAsync("flood", 2)).ToArray();
        Assert.Equal(ReasonCode.Overloaded, (await line.InspectAsync("flood", 2)).ReasonCode);
        var polite = line.InspectAsync("polite", 3);
        detector.Release();

        Assert.Equal(Verdict.Ok, (await polite).Verdict);
        Assert.All(await Task.WhenAll([inModel, .. waiting]), record => Assert.Equal(Verdict.Ok, record.Verdict));
        Assert.Contains(3, detector.Seen.Take(3));
    }

    [Fact]
    public async Task InspectAsync_StationsWithTheSameModel_ShareABatch()
    {
        await using var line = new TestLine(new FakeTimeProvider());
        line.Options.MaxBatchSize = 4;
        line.Options.MaxBatchDelay = TimeSpan.FromSeconds(1);
        await line.OpenAsync("a", "b");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var alone = line.InspectAsync("a", 1);
        await detector.EnteredAsync();

        // The clock stands still: only a full batch ends the delay.
        var waiting = new[] { line.InspectAsync("a", 10), line.InspectAsync("b", 20), line.InspectAsync("a", 30), line.InspectAsync("b", 40) };
        detector.Release();
        var records = await Task.WhenAll(waiting);

        Assert.Equal(1, (await alone).Timings.BatchSize);
        Assert.Equal([1, 4], detector.Batches);
        Assert.Equal(["m-0"], line.Loads);
        Assert.All(records, r => Assert.Equal(4, r.Timings.BatchSize));
        Assert.Equal([10 / 255f, 20 / 255f, 30 / 255f, 40 / 255f], records.Select(r => r.Score));
    }

    [Fact]
    public async Task InspectAsync_OneBadFrameInABatch_FailsAlone()
    {
        await using var line = new TestLine(new FakeTimeProvider());
        line.Options.MaxBatchSize = 4;
        line.Options.MaxBatchDelay = TimeSpan.FromSeconds(1);
        await line.OpenAsync("s");

        var detector = line.Detectors["m-0"];
        detector.Hold();
        var before = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        var waiting = new[] { 10, 20, 255, 30 }.Select(grey => line.InspectAsync("s", grey)).ToArray();
        detector.Release();
        var records = await Task.WhenAll(waiting);
        var after = await line.InspectAsync("s", 2);

        Assert.Equal([Verdict.Ok, Verdict.Ok, Verdict.NotDecidable, Verdict.Ok], records.Select(r => r.Verdict));
        Assert.Equal(ReasonCode.ModelFailed, records[2].ReasonCode);
        Assert.Contains("beyond me", records[2].ReasonText, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, (await before).Verdict);
        Assert.Equal(Verdict.Ok, after.Verdict);
        Assert.Equal([1, 4, 1, 1, 1, 1, 1], detector.Batches);
    }

    [Fact]
    public async Task InspectAsync_ModelFailsAgainAndAgain_IsTheStationsFaultUntilItSucceeds()
    {
        await using var line = await new TestLine().OpenAsync("s");
        for (var i = 0; i < 3; i++)
        {
            Assert.True(line.Line.GetStation("s").Value.Ready);
            await line.InspectAsync("s", 255);
        }

        Assert.Contains("beyond me", line.Line.GetStation("s").Value.Fault, StringComparison.Ordinal);
        await line.InspectAsync("s", 1);
        Assert.True(line.Line.GetStation("s").Value.Ready);
    }

    [Fact]
    public async Task DisposeAsync_FramesAccepted_AreJudgedAndLaterOnesRefused()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var accepted = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        var stopped = line.Line.DisposeAsync().AsTask();
        var late = await line.InspectAsync("s", 2);
        detector.Release();

        Assert.Equal(Verdict.Ok, (await accepted).Verdict);
        Assert.Equal((Verdict.NotDecidable, ReasonCode.Stopping), (late.Verdict, late.ReasonCode));
        await stopped.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.True(detector.Disposed.IsCompleted);
        Assert.Equal(LineErrorCode.Stopping, (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)))).Error?.Code);
        await line.OpenAsync();
        Assert.Equal([ReasonCode.Stopping, ReasonCode.WithinThreshold], line.ReadAll("s").Select(r => r.ReasonCode));
    }
}
