using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Vision.Tests.Methods;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Models;

[Trait("Speed", "Slow")]
public sealed class EngineTests(TrainedMethods trained)
{
    [Theory]
    [InlineData("ae-ssim")]
    [InlineData("riad")]
    public void Load_OnnxAskedFor_JudgesAsTorchDoes(string method)
    {
        var path = trained.Of(method).Result.Path;
        using var torch = ModelLoader.Load(path, "cpu");
        using var onnx = ModelLoader.Load(path, "cpu", ServingEngine.Onnx);
        Assert.Equal((ServingEngine.Torch, ServingEngine.Onnx), (torch.Engine.Engine, onnx.Engine.Engine));
        var frames = Frames(torch.Input);
        var (expected, actual) = (torch.Detect(frames), onnx.Detect(frames));
        Assert.All(expected.Zip(actual), pair =>
        {
            Assert.Equal(pair.First.Score, pair.Second.Score, pair.First.Score * BackendSelector.Tolerance);
            Assert.Equal(pair.First.Map.Values.ToArray().Max(), pair.Second.Map.Values.ToArray().Max(), pair.First.Score * BackendSelector.Tolerance);
        });
        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Load_Auto_TakesTheEngineThatTheTimesSpeakFor()
    {
        using var model = ModelLoader.Load(trained.Of("ae-l2").Result.Path, "cpu", ServingEngine.Auto, maxBatchSize: 4);
        Assert.Equal(
            [(1, ServingEngine.Torch), (1, ServingEngine.Onnx), (4, ServingEngine.Torch), (4, ServingEngine.Onnx)], model.Engine.Times.Select(t => (t.Batch, t.Engine)));
        Assert.All(model.Engine.Times, t => Assert.InRange(t.Milliseconds, 0.001, 1e4));
        var quotient = model.Engine.Times.Aggregate(1.0, (product, t) => t.Engine == ServingEngine.Onnx ? product * t.Milliseconds : product / t.Milliseconds);
        Assert.Equal(quotient < 0.95 * 0.95 ? ServingEngine.Onnx : ServingEngine.Torch, model.Engine.Engine);
        Assert.Contains("batch of 4: Torch ", model.Engine.TimesText, StringComparison.Ordinal);
        Assert.False(model.Engine.IsRefusal);
    }

    [Fact]
    public void Load_CardAskedForAndNoneThere_TakesWhatAutoTakesAndSaysWhy()
    {
        using var model = ModelLoader.Load(trained.Of("ae-l2").Result.Path, "cpu", ServingEngine.Card, maxBatchSize: 1);

        Assert.NotEqual(ServingEngine.Card, model.Engine.Engine);
        Assert.True(model.Engine.IsRefusal);
        Assert.EndsWith("; not by a card: This build has no part for a card: build with -p:OnnxBackend=gpu.", model.Engine.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_CardDiffersOnTheReferenceFrames_IsRefusedAndItsPartsAreGivenBack()
    {
        using var model = trained.Of("ae-l2").Load();
        var frames = Frames(model.Input);
        var other = new Brighter(model.Network);
        var soFar = new EngineChoice(ServingEngine.Torch, "", IsRefusal: false, []);

        var (pipeline, choice, card) = new BackendSelector(model.Pipeline, frames, 8).TryCard(
            ServingEngine.Card, () => new CardParts(model.Pipeline.With(model.Network, other), other, null, ""), model.Pipeline, soFar);

        Assert.Equal((ServingEngine.Torch, true), (choice.Engine, choice.IsRefusal));
        Assert.Contains("the card changes scores by 0.0", choice.Reason, StringComparison.Ordinal);
        Assert.Same(model.Pipeline, pipeline);
        Assert.True(other.IsDisposed && card is null);
        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Detect_ByTheWayOfACard_NotANumberInAFrame_IsNoScore()
    {
        using var model = trained.Of("ae-l2").Load(ServingEngine.Card, maxBatchSize: 1);
        var frames = Frames(model.Input);
        frames[0].Writable[5] = float.NaN;

        Assert.True(float.IsNaN(model.Detect([frames[0]])[0].Score));
        Assert.True(float.IsFinite(model.Detect([frames[1]])[0].Score));
        foreach (var frame in frames) frame.Dispose();
    }

    /// <summary>The graph's score is that of the whole map, which must not count where a part of the frame is left out.</summary>
    [Fact]
    public void Detect_ByTheWayOfACard_APartLeftOut_EqualsLibtorch()
    {
        using var torch = trained.Of("ae-l2").Load();
        using var card = trained.Of("ae-l2").Load(ServingEngine.Card, maxBatchSize: 1);
        var png = File.ReadAllBytes(DatasetFolder.Open(trained.DataFolder).TestFrames.First(f => !f.IsNormal).Path);
        var area = InspectionArea.Parse("{\"leftOut\":[{\"kind\":\"rectangle\",\"points\":[20,20,100,100]}]}");
        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(FramePreparer.TryPrepare(frame, torch.Input, area, out var prepared, out error), error);
        using (prepared)
        {
            var (expected, found) = (torch.Detect([prepared])[0], card.Detect([prepared])[0]);
            Assert.Equal(expected.Score, found.Score, 1e-4f * expected.Score);
            Assert.Equal((0f, 1), (found.Map.Values[(60 * found.Map.Width) + 60], found.Map.LeftOut.Count));
        }
    }

    [Fact]
    public void Choose_OnnxDiffersOnTheReferenceFrames_IsRefusedAndTorchServes()
    {
        using var model = trained.Of("ae-l2").Load();
        var frames = Frames(model.Input);
        var other = new Brighter(model.Network);

        var (pipeline, choice) = new BackendSelector(model.Pipeline, frames, 8).TryOnnx(ServingEngine.Auto, _ => other);

        Assert.Equal((ServingEngine.Torch, true), (choice.Engine, choice.IsRefusal));
        Assert.Contains("differs by 0.0", choice.Reason, StringComparison.Ordinal);
        Assert.Same(model.Pipeline, pipeline);
        Assert.True(other.IsDisposed);
        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Load_Bfloat16AllowedByTheTraining_JudgesNearlyAsTorchDoes()
    {
        Assert.SkipUnless(TorchEngine.ComputesInBfloat16, "this processor does not compute in bfloat16");
        using var folder = new TemporaryFolder();
        var path = Allowing(folder, new Bfloat16Trial(0.01, 0.01, 0, 0, 2));
        using var torch = ModelLoader.Load(path, "cpu");
        using var half = ModelLoader.Load(path, "cpu", ServingEngine.Bfloat16);
        Assert.Equal((ServingEngine.Bfloat16, "asked for"), (half.Engine.Engine, half.Engine.Reason));
        var frames = Frames(torch.Input);
        var (expected, actual) = (torch.Detect(frames), half.Detect(frames));
        Assert.NotEqual(expected.Select(d => d.Score), actual.Select(d => d.Score));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Score, pair.Second.Score, pair.First.Score * 0.05f));
        foreach (var frame in frames) frame.Dispose();

        using var auto = ModelLoader.Load(path, "cpu", ServingEngine.Auto, maxBatchSize: 1);
        Assert.Equal([ServingEngine.Torch, ServingEngine.Onnx, ServingEngine.Bfloat16], auto.Engine.Times.Select(t => t.Engine));
    }

    [Fact]
    public void Load_Bfloat16NotAllowedByTheTraining_IsServedByTorch()
    {
        using var folder = new TemporaryFolder();
        using var model = ModelLoader.Load(Allowing(folder, new Bfloat16Trial(0.03, 0.01, 0, 0, 2)), "cpu", ServingEngine.Bfloat16);
        Assert.Equal(ServingEngine.Torch, model.Engine.Engine);
        Assert.Contains("did not allow", model.Engine.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.02, 0.05, 0.005, 0.005, 1.1, true)]
    [InlineData(0.021, 0, 0, 0, 2, false)]
    [InlineData(0, 0.051, 0, 0, 2, false)]
    [InlineData(0, 0, 0.006, 0, 2, false)]
    [InlineData(0, 0, 0, 0.006, 2, false)]
    [InlineData(0, 0, 0, 0, 1.09, false)]
    [InlineData(double.NaN, 0, 0, 0, 2, false)]
    public void IsAllowed_Bfloat16Trial_HoldsAllLimits(double score, double map, double image, double pixel, double speed, bool isAllowed) =>
        Assert.Equal(isAllowed, new Bfloat16Trial(score, map, image, pixel, speed).IsAllowed);

    [Theory]
    [InlineData(ServingEngine.Torch)]
    [InlineData(ServingEngine.Onnx)]
    [InlineData(ServingEngine.Bfloat16)]
    public void Detect_AnyEngine_TellsWhatThePassesOfThisBatchTook(ServingEngine engine)
    {
        Assert.SkipUnless(engine != ServingEngine.Bfloat16 || TorchEngine.ComputesInBfloat16, "this processor does not compute in bfloat16");
        using var folder = new TemporaryFolder();
        using var model = ModelLoader.Load(Allowing(folder, new Bfloat16Trial(0, 0, 0, 0, 2)), "cpu", engine);
        Assert.Equal(engine, model.Engine.Engine);
        var frames = Frames(model.Input);
        for (var i = 0; i < 3; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var detections = model.Detect(frames);
            var wholeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Assert.InRange(detections[0].ForwardMs, 1e-6, wholeMs);
            Assert.All(detections, detection => Assert.Equal(detections[0].ForwardMs, detection.ForwardMs));
        }

        foreach (var frame in frames) frame.Dispose();
    }

    [Fact]
    public void Detect_OnnxManyTimes_LeavesNoTensor()
    {
        using var model = ModelLoader.Load(trained.Of("mnad").Result.Path, "cpu", ServingEngine.Onnx);
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
    [InlineData(ServingEngine.Bfloat16)]
    [InlineData(ServingEngine.Card)]
    public void Dispose_AnyEngine_LeavesNoTensor(ServingEngine engine)
    {
        using var folder = new TemporaryFolder();
        var path = Allowing(folder, new Bfloat16Trial(0, 0, 0, 0, 2));
        LoadAndDispose(path, engine);
        var before = LiveTensors();
        for (var i = 0; i < 3; i++) LoadAndDispose(path, engine);
        Assert.Equal(before, LiveTensors());
    }

    /// <summary>A backend whose passes come out a little too bright.</summary>
    private sealed class Brighter(InferenceNetwork network) : IInferenceBackend
    {
        public bool BoundsMemory => true;

        public bool IsDisposed { get; private set; }

        public torch.Tensor[] Run(torch.Tensor input, ThreadTeam team) => [.. network.Forward(input).Select(result => result * Scalars.S(1.001))];

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>In a method of its own, so that nothing on the stack holds on to the model.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadAndDispose(string path, ServingEngine engine) => ModelLoader.Load(path, "cpu", engine, card: new CardOptions { Provider = CardProvider.Cpu }).Dispose();

    /// <summary>A trained model's file that says this of bfloat16.</summary>
    private string Allowing(TemporaryFolder folder, Bfloat16Trial trial)
    {
        var (manifest, _, files) = ModelFile.Read(trained.Of("ae-l2").Result.Path);
        ModelFile.Write(folder["part.alm"], manifest with { Bfloat16 = trial }, files);
        return folder["part.alm"];
    }

    /// <summary>Tensors alive, without those that only wait for the collector.</summary>
    [Fact]
    public void RestartWithSettings_ProcessorWithAvx512_VectorsAreThatWide()
    {
        Assert.SkipUnless(Vector512.IsHardwareAccelerated, "this processor has no vectors of 512 bits");
        Assert.Equal(512, Vector<byte>.Count * 8);
    }

    /// <summary>libtorch by itself lets cuDNN round; the flags are its own, so they can be read on a machine without a card.</summary>
    [Fact]
    public void TensorFloat32_OffUnlessAskedFor_ReachesConvolutionsAndProducts()
    {
        TorchEngine.EnsureReady();
        Assert.Equal((false, false, false), (TorchEngine.TensorFloat32, torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32));
        try
        {
            TorchEngine.TensorFloat32 = true;
            Assert.Equal((true, true), (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32));
        }
        finally
        {
            TorchEngine.TensorFloat32 = false;
        }

        Assert.Equal((false, false), (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32));
    }

    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchEngine.LiveTensors;
    }

    private PreparedFrame[] Frames(InputSpec input) =>
        [.. DatasetFolder.Open(trained.DataFolder).TestFrames.TakeLast(3).Select(f => TrainedMethods.Prepare(f.Path, input))];
}
