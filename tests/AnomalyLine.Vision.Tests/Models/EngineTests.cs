using System.Runtime.CompilerServices;
using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class EngineTests(TrainedMethods trained)
{
    [Theory]
    [InlineData("ae-ssim")]
    [InlineData("riad")]
    public void Load_OnnxAskedFor_JudgesAsTorchDoes(string method)
    {
        var path = trained.Of(method).Result.Path;
        using var torch = AnomalyModel.Load(path, "cpu");
        using var onnx = AnomalyModel.Load(path, "cpu", ServingEngine.Onnx);
        Assert.Equal((ServingEngine.Torch, ServingEngine.Onnx), (torch.Engine.Engine, onnx.Engine.Engine));
        var frames = Frames(torch.Input);
        var (expected, actual) = (torch.Detect(frames), onnx.Detect(frames));
        Assert.All(expected.Zip(actual), pair =>
        {
            Assert.Equal(pair.First.Score, pair.Second.Score, pair.First.Score * EngineTrial.Tolerance);
            Assert.Equal(pair.First.Map.Values.ToArray().Max(), pair.Second.Map.Values.ToArray().Max(), pair.First.Score * EngineTrial.Tolerance);
        });
        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Load_Auto_TakesTheEngineThatTheTimesSpeakFor()
    {
        using var model = AnomalyModel.Load(trained.Of("ae-l2").Result.Path, "cpu", ServingEngine.Auto, maxBatchSize: 4);
        Assert.Equal([1, 4], model.Engine.Times.Select(t => t.Batch));
        Assert.All(model.Engine.Times, t => Assert.True(t is { TorchMs: > 0 and < 1e4, OnnxMs: > 0 and < 1e4 }));
        var quotient = model.Engine.Times.Aggregate(1.0, (product, t) => product * t.OnnxMs / t.TorchMs);
        Assert.Equal(quotient < 0.95 * 0.95 ? ServingEngine.Onnx : ServingEngine.Torch, model.Engine.Engine);
        Assert.Contains("batch of 4: torch ", model.Engine.TimesText, StringComparison.Ordinal);
        Assert.False(model.Engine.IsRefusal);
    }

    [Fact]
    public void Load_OnnxAskedForAMethodWithoutAForm_IsServedByTorch()
    {
        using var model = AnomalyModel.Load(trained.Of("intra").Result.Path, "cpu", ServingEngine.Onnx);
        Assert.Equal(new EngineChoice(ServingEngine.Torch, "the method's network has no form in ONNX", false, []), model.Engine with { Times = [] });
        Assert.Empty(model.Engine.Times);
    }

    [Fact]
    public void Choose_OnnxDiffersOnTheReferenceFrames_IsRefusedAndTorchServes()
    {
        using var model = trained.Of("ae-l2").Load();
        var frames = Frames(model.Input);
        IReadOnlyList<Detection> Detect(IReadOnlyList<PreparedFrame> judged)
        {
            var detections = model.Detect(judged);
            return model.Method.Engine is null ? detections : [.. detections.Select(d => d with { Score = d.Score * 1.01f })];
        }

        var choice = new EngineTrial(model.Method, Detect, frames).Choose(ServingEngine.Auto, 8);
        Assert.Equal((ServingEngine.Torch, true), (choice.Engine, choice.IsRefusal));
        Assert.Contains("differs by 0.0", choice.Reason, StringComparison.Ordinal);
        Assert.Null(model.Method.Engine);
        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Detect_OnnxManyTimes_LeavesNoTensor()
    {
        using var model = AnomalyModel.Load(trained.Of("mnad").Result.Path, "cpu", ServingEngine.Onnx);
        Assert.Equal(ServingEngine.Onnx, model.Engine.Engine);
        var frames = Frames(model.Input);
        model.Detect(frames);
        var before = LiveTensors();
        for (var i = 0; i < 50; i++) model.Detect(frames);
        Assert.True(TorchEngine.LiveTensors <= before, $"{before} -> {TorchEngine.LiveTensors}");
        foreach (var frame in frames) frame.Dispose();
    }

    [Theory]
    [InlineData(ServingEngine.Torch)]
    [InlineData(ServingEngine.Auto)]
    public void Dispose_LoadedAgainAndAgain_LeavesNoTensor(ServingEngine engine)
    {
        var path = trained.Of("mnad").Result.Path;
        var counts = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            LoadAndDispose(path, engine);
            counts.Add(LiveTensors());
        }

        Assert.True(counts[^1] <= counts[1], string.Join(", ", counts));
    }

    /// <summary>In a method of its own, so that nothing on the stack holds on to the model.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadAndDispose(string path, ServingEngine engine) => AnomalyModel.Load(path, "cpu", engine).Dispose();

    /// <summary>Tensors alive, without those that only wait for the collector.</summary>
    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchEngine.LiveTensors;
    }

    private PreparedFrame[] Frames(InputSpec input) =>
        [.. DatasetFolder.Open(trained.DataFolder).TestFrames.TakeLast(3).Select(f => TrainedMethods.Prepare(f.Path, input))];
}
