using System.Text.Json;

namespace AnomalyLine.Cli.Tests;

public sealed class OfflineTests
{
    [Fact]
    public async Task Methods_Json_IsOneObjectWithEveryMethod()
    {
        var run = await CliRun.RunAsync("methods", "--json");
        using var document = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Contains(document.RootElement.GetProperty("methods").EnumerateArray(), method => method.GetProperty("name").GetString() == "riad");
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task TrainEvaluateInspect_SmallFrames_GoFromFolderToVerdicts()
    {
        using var frames = new TestFrames().Add("train/good", 8).Add("test/good", 2).Add("test/square", 2, square: true);
        var model = frames.In("part.alm");
        var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--set", "size=128", "--epochs", "1", "--device", "cpu", "--data", frames.Root, "--output", model, "--json");
        Assert.Equal((0, ""), (train.ExitCode, train.Error));
        using (var last = JsonDocument.Parse(train.ResultLines[^1]))
        {
            Assert.Equal("done", last.RootElement.GetProperty("stage").GetString());
            Assert.StartsWith("ae-l2-", last.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
        }

        Assert.All(train.ResultLines, line => JsonDocument.Parse(line).Dispose());

        var evaluate = await CliRun.RunAsync("evaluate", "--model", model, "--device", "cpu", "--data", frames.Root, "--report", frames.In("report.html"), "--json");
        Assert.Equal((0, ""), (evaluate.ExitCode, evaluate.Error));
        using (var result = JsonDocument.Parse(Assert.Single(evaluate.ResultLines)))
        {
            Assert.Equal("method", result.RootElement.EnumerateObject().First().Name);
            Assert.Equal(1, result.RootElement.GetProperty("imageAuroc").GetDouble());
            Assert.Equal(JsonValueKind.Null, result.RootElement.GetProperty("pixelAuroc").ValueKind);
        }

        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(frames.In("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var inspect = await CliRun.RunAsync("inspect", "--model", model, "--device", "cpu", "--input", frames.In("test/square"), "--output", frames.In("overlays"), "--json");
        using var inspected = JsonDocument.Parse(Assert.Single(inspect.ResultLines));
        Assert.Equal(["NotOk", "NotOk"], inspected.RootElement.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("verdict").GetString()));
        Assert.True(File.Exists(frames.In("overlays", "000_overlay.png")));

        var export = await CliRun.RunAsync("export", "--model", model, "--onnx", frames.In("part.onnx"), "--json");
        Assert.Equal((0, ""), (export.ExitCode, export.Error));
        using var exported = JsonDocument.Parse(Assert.Single(export.ResultLines));
        Assert.Equal("ae-l2", exported.RootElement.GetProperty("method").GetString());
        Assert.Equal(new FileInfo(frames.In("part.onnx")).Length, exported.RootElement.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Train_OutputThatIsAFolder_IsRefusedBeforeItStarts()
    {
        using var frames = new TestFrames().Add("train/good", 8);
        var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--device", "cpu", "--data", frames.Root, "--output", frames.Root);
        Assert.Equal(1, train.ExitCode);
        Assert.Empty(train.Result);
        Assert.Contains("is a folder", train.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainInspect_FilesThatCannotBeReadAndOverlays_AreSaidAndTheRestGoesOn()
    {
        using var frames = new TestFrames().Add("train/good", 8).Add("train/good/monday", 3).Add("parts", 2);
        await File.WriteAllTextAsync(frames.In("train/good/broken.png"), "no picture", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(frames.In("parts/broken.png"), "no picture", TestContext.Current.CancellationToken);
        var model = frames.In("part.alm");
        var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--set", "size=128", "--epochs", "1", "--device", "cpu", "--data", frames.Root, "--output", model, "--json");
        Assert.Equal(3, train.ExitCode);
        using (var last = JsonDocument.Parse(train.ResultLines[^1]))
        {
            Assert.Contains("broken.png", Assert.Single(last.RootElement.GetProperty("unreadable").EnumerateArray()).GetString(), StringComparison.Ordinal);
            Assert.Contains(last.RootElement.GetProperty("notes").EnumerateArray(), note => note.GetString()!.Contains("3 frames in a folder below (monday)", StringComparison.Ordinal));
        }

        foreach (var round in Enumerable.Range(0, 2))
        {
            var inspect = await CliRun.RunAsync("inspect", "--model", model, "--device", "cpu", "--input", frames.In("parts"), "--output", frames.In("parts"), "--json");
            Assert.Equal(3, inspect.ExitCode);
            using var result = JsonDocument.Parse(Assert.Single(inspect.ResultLines));
            Assert.Equal(["000.bmp", "001.bmp"], result.RootElement.GetProperty("frames").EnumerateArray().Select(frame => Path.GetFileName(frame.GetProperty("path").GetString())));
            Assert.Equal(round > 0, result.RootElement.GetProperty("notes").EnumerateArray().Any(note => note.GetString()!.Contains("2 overlays that 'inspect' wrote", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Tune_OneMethod_WritesTheModelAndSaysWhy()
    {
        using var frames = new TestFrames().Add("train/good", 10);
        var model = frames.In("part.alm");
        var tune = await CliRun.RunAsync(
            "tune", "--method", "ae-l2", "--max-minutes", "0.02", "--max-ms-per-frame", "10000", "--device", "cpu", "--data", frames.Root, "--output", model, "--report", frames.In("choice.html"), "--json");
        Assert.Equal(0, tune.ExitCode);
        using var result = JsonDocument.Parse(Assert.Single(tune.ResultLines));
        Assert.StartsWith("ae-l2-", result.RootElement.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.True(Assert.Single(result.RootElement.GetProperty("trials").EnumerateArray()).GetProperty("isChosen").GetBoolean());
        Assert.Contains("ae-l2", result.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("round 3 of 3, ae-l2", tune.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(model));
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(frames.In("choice.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
