using System.Text.Json;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Tests;

public sealed class CameraTests
{
    [Fact]
    public async Task Camera_Folder_SendsEachFrameOnceAndSumsUp()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().Add("parts", 4);
        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--rate", "200", "--server", line.Address, "--deadline-ms", "250", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using var summary = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Equal((4, 2, 2, 0), (Int(summary, "taken"), Int(summary, "ok"), Int(summary, "notOk"), Int(summary, "unanswered")));
        Assert.Equal(["000", "001", "002", "003"], line.Requests.Select(request => request.PartId));
        Assert.Equal([1UL, 2, 3, 4], line.Requests.Select(request => request.Frame.Number));
        Assert.All(line.Requests, request => Assert.Equal((32u, 32u, PixelFormat.Bgr8, 250L), (request.Frame.Width, request.Frame.Height, request.Frame.PixelFormat, request.Deadline.Nanos / 1_000_000L)));
    }

    [Fact]
    public async Task Camera_SoftwareTrigger_TakesAFrameATriggerAndTellsHowItIs()
    {
        await using var line = await new FakeLine { Cameras = new FakeCameras { Triggers = 3 } }.StartAsync();
        using var frames = new TestFrames().Add("parts", 4);
        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--software-trigger", "--count", "3", "--server", line.Address, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["000", "001", "002"], line.Requests.Select(request => request.PartId));
        var first = line.Cameras.Said.First().Status;
        Assert.Equal(("S", "S", frames.In("parts"), CameraTrigger.Software), (first.Station, first.Name, first.Source, first.Trigger));
        Assert.All(line.Cameras.Said.Where(said => said.Result is not null), said => Assert.Equal("", said.Result.Refusal));
    }

    [Fact]
    public async Task Camera_ConnectionBreaks_SendsUnansweredFramesAgainAndSaysSo()
    {
        await using var line = await new FakeLine { BreakAfter = 3 }.StartAsync();
        using var frames = new TestFrames().Add("parts", 6);
        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--rate", "100", "--server", line.Address, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Trying again", run.Error, StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Equal((6, 6, 1), (Int(summary, "taken"), Int(summary, "ok") + Int(summary, "notOk"), Int(summary, "reconnections")));
        Assert.InRange(Int(summary, "sentAgain"), 1, 6);
        Assert.Equal(6, line.Requests.Select(request => request.RequestId).Distinct().Count());
        Assert.Equal(2, line.Requests.Count(request => request.PartId == "002"));
    }

    [Theory]
    [InlineData("", 6, 0)]
    [InlineData("message-too-large", 5, 1)]
    public async Task Camera_ResourceExhausted_ConnectsAgainWithoutTheFrameThatIsTooLarge(string word, int judged, int errors)
    {
        var failure = new RpcException(new Status(StatusCode.ResourceExhausted, "too much"), word.Length > 0 ? new Metadata { { "error-code", word } } : []);
        await using var line = await new FakeLine { BreakAfter = 3, HoldUntil = 3, BreakWith = failure }.StartAsync();
        using var frames = new TestFrames().Add("large", 1, side: 64).Add("parts", 6);
        File.Copy(frames.In("large/000.bmp"), frames.In("parts/001.bmp"), overwrite: true);
        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--rate", "100", "--server", line.Address, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("too much Trying again", run.Error, StringComparison.Ordinal);
        Assert.Equal(errors > 0, run.Error.Contains($"001: too much ({word})", StringComparison.Ordinal));
        using var summary = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Equal((6, judged, errors, 0, 1), (Int(summary, "taken"), Int(summary, "ok") + Int(summary, "notOk"), Int(summary, "errors"), Int(summary, "unanswered"), Int(summary, "reconnections")));
    }

    [Fact]
    public async Task Camera_FilesThatCannotBeRead_AreLeftOutAndSaid()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().Add("parts", 2).Add("broken", 0);
        foreach (var name in new[] { "parts/b.tiff", "parts/c.webp", "parts/d.pgm", "broken/a.bmp", "broken/b.pgm" }) await File.WriteAllTextAsync(frames.In(name), "no picture", TestContext.Current.CancellationToken);

        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--rate", "200", "--server", line.Address, "--json");
        Assert.Equal(3, run.ExitCode);
        using var summary = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Equal((2, 3), (Int(summary, "taken"), summary.RootElement.GetProperty("unreadable").GetArrayLength()));

        // With nothing to send even a camera that starts over ends.
        var nothing = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("broken"), "--loop", "--server", line.Address);
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("none of 2 images can be read; the first: ", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Camera_CountAndLoop_StartsOverWithOtherPartIds()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().Add("parts", 2);
        var run = await CliRun.RunAsync(
            "camera", "--station", "S", "--source", frames.In("parts"), "--rate", "500", "--loop", "--count", "5", "--format", "raw", "--server", line.Address);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["000", "001", "000-2", "001-2", "000-3"], line.Requests.Select(request => request.PartId));
        Assert.Contains("5 frames taken", run.Result, StringComparison.Ordinal);
        Assert.Contains("NotOk", run.ResultLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Camera_UnknownStation_FailsAndNamesIt()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().Add("parts", 1);
        var run = await CliRun.RunAsync("camera", "--station", "T", "--source", frames.In("parts"), "--server", line.Address);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Station 'T' is unknown. (station-not-found)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Camera_NoServerWithinPatience_GivesUp()
    {
        using var frames = new TestFrames().Add("parts", 1);

        // Patience enough to take the frame: without any, the first refused connection may come before it.
        var run = await CliRun.RunAsync("camera", "--station", "S", "--source", frames.In("parts"), "--server", "http://127.0.0.1:9", "--patience-s", "1");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is it running", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 without an answer", run.Result, StringComparison.Ordinal);
    }

    private static int Int(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetInt32();
}
