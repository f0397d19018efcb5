using System.Text.Json;

namespace AnomalyLine.Cli.Tests;

[Trait("Speed", "Slow")]
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
    public async Task BackbonesList_Json_NamesTheOneThatComesWithTheProduct()
    {
        var run = await CliRun.RunAsync("backbones", "list", "--json");
        using var document = JsonDocument.Parse(Assert.Single(run.ResultLines));
        var first = document.RootElement.GetProperty("backbones")[0];
        Assert.Equal(("resnet18", "bgr", 3), (first.GetProperty("name").GetString(), first.GetProperty("order").GetString(), first.GetProperty("outputs").GetArrayLength()));
        Assert.Equal(64, first.GetProperty("sha256").GetString()!.Length);
    }

    [Fact]
    public async Task BackbonesAdd_FileThatIsNotThere_IsOneLineWithItsName()
    {
        var run = await CliRun.RunAsync("backbones", "add", "nowhere.onnx", "--name", "own", "--outputs", "a");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nowhere.onnx: cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainEvaluateInspect_SmallFrames_GoFromFolderToVerdicts()
    {
        using var frames = new TestFrames().Add("train/good", 8).Add("test/good", 2).Add("test/square", 2, square: true);
        var model = frames.In("part.alm");
        var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--set", "size=128", "--set", "width=8", "--epochs", "1", "--device", "cpu", "--data", frames.Root, "--output", model, "--json");
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
        var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--set", "size=128", "--set", "width=8", "--epochs", "1", "--device", "cpu", "--data", frames.Root, "--output", model, "--json");
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
    public async Task TrainInspectCompare_JpegsThatLostData_AreSaidAndTheRestGoesOn()
    {
        using var frames = new TestFrames().AddJpegs("train/good", 8).AddJpegs("test/good", 3, seed: 50).AddJpegs("parts", 2);
        string[] models = [frames.In("one.alm"), frames.In("two.alm")];
        foreach (var (seed, model) in models.Index())
        {
            var train = await CliRun.RunAsync("train", "--method", "ae-l2", "--preset", "fast", "--set", "size=128", "--set", "width=8", "--epochs", "1", "--seed", $"{seed}", "--device", "cpu", "--data", frames.Root, "--output", model, "--json");
            Assert.Equal(3, train.ExitCode);
            using var last = JsonDocument.Parse(train.ResultLines[^1]);
            Assert.Equal(3, last.RootElement.GetProperty("unreadable").GetArrayLength());
        }

        var inspect = await CliRun.RunAsync("inspect", "--model", models[0], "--device", "cpu", "--input", frames.In("parts"), "--output", frames.In("overlays"), "--json");
        Assert.Equal(3, inspect.ExitCode);
        using (var result = JsonDocument.Parse(Assert.Single(inspect.ResultLines)))
        {
            Assert.Equal(["whole-000.jpg", "whole-001.jpg"], result.RootElement.GetProperty("frames").EnumerateArray().Select(frame => Path.GetFileName(frame.GetProperty("path").GetString())));
            Assert.Equal(3, result.RootElement.GetProperty("unreadable").GetArrayLength());
        }

        // Of two equal models neither is worse; the margins are wide, as there are few frames.
        File.Copy(models[0], models[1], overwrite: true);
        var compare = await CliRun.RunAsync(
            "models", "compare", "--candidate", models[1], "--active", models[0], "--device", "cpu", "--data", frames.Root, "--output", frames.In("gate"), "--false-reject-margin", "0.99", "--escape-margin", "0.99", "--json");
        using var report = JsonDocument.Parse(Assert.Single(compare.ResultLines));
        Assert.True(report.RootElement.GetProperty("passes").GetBoolean(), compare.Result);
        Assert.Equal((3, 6), (compare.ExitCode, report.RootElement.GetProperty("unreadable").GetArrayLength()));
        Assert.True(File.Exists(frames.In("gate/gate.html")));
    }

    [Fact]
    public async Task CompareExportInspect_OutputThatCannotBeWritten_IsRefusedBeforeAnythingIsRead()
    {
        using var frames = new TestFrames();
        await File.WriteAllTextAsync(frames.In("file"), "", TestContext.Current.CancellationToken);

        // There is no model: whoever looked at it first would say so. /proc takes no files, whoever asks.
        foreach (var folder in new[] { frames.In("file/gate"), "/proc/gate", "/proc" })
        {
            var compare = await CliRun.RunAsync("models", "compare", "--candidate", "no.alm", "--active", "no.alm", "--data", frames.Root, "--output", folder);
            Assert.Equal(1, compare.ExitCode);
            Assert.Contains("the output", compare.Error, StringComparison.Ordinal);
            Assert.Contains("cannot be", compare.Error, StringComparison.Ordinal);
        }

        foreach (var (file, reason) in new[] { (frames.Root, "is a folder"), (frames.In("none/part.onnx"), "does not exist"), ("/proc/part.onnx", "cannot be written") })
        {
            var export = await CliRun.RunAsync("export", "--model", "no.alm", "--onnx", file);
            Assert.Equal(1, export.ExitCode);
            Assert.Contains(reason, export.Error, StringComparison.Ordinal);
        }

        var inspect = await CliRun.RunAsync("inspect", "--model", "no.alm", "--input", frames.Root, "--output", "/proc/overlays");
        Assert.Equal(1, inspect.ExitCode);
        Assert.Contains("the output's folder /proc/overlays cannot be made", inspect.Error, StringComparison.Ordinal);
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
