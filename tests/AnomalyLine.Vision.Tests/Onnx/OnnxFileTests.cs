using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Export;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Draem;
using AnomalyLine.Learning.Methods.Features;
using AnomalyLine.Learning.Methods.Intra;
using AnomalyLine.Learning.Methods.Memae;
using AnomalyLine.Learning.Methods.Mnad;
using AnomalyLine.Vision.Tests.Methods;
using Google.Protobuf;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Onnx;

[Trait("Speed", "Slow")]
public sealed class OnnxFileTests(TrainedMethods trained)
{
    public static TheoryData<string> Able => [.. MethodCatalog.All.Where(m => m.WritesOnnx).Select(m => m.Name)];

    public static TheoryData<string> All => [.. MethodCatalog.All.Select(m => m.Name)];

    public static MatrixTheoryData<string, int> AbleAndChannels => new(MethodCatalog.All.Where(m => m.WritesOnnx).Select(m => m.Name).ToArray(), [1, 3]);

    [Theory]
    [MemberData(nameof(Able))]
    public void Write_TrainedModel_ComputesTheSameOnRenderedFrames(string name)
    {
        var alm = trained.Of(name).Result.Path;
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var export = OnnxFile.Write(alm, folder["part.onnx"]);
        using var model = ModelLoader.Load(alm, "cpu");
        using var run = new OnnxRun(File.ReadAllBytes(folder["part.onnx"]));
        using var staging = new FrameStaging(model.Input, CPU);
        foreach (var count in new[] { 1, 3 })
        {
            var frames = DatasetFolder.Open(trained.DataFolder).TestFrames.TakeLast(count).Select(f => TrainedMethods.Prepare(f.Path, model.Input)).ToArray();
            AssertSame(model.Network, run, staging.Move(frames, count));
            foreach (var frame in frames) frame.Dispose();
        }

        Assert.Equal(["part.onnx"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Equal(new FileInfo(folder["part.onnx"]).Length, export.Bytes);
        Assert.Equal(name, run.Metadata.CustomMetadataMap["method"]);
        Assert.Equal(model.Version, run.Metadata.CustomMetadataMap["modelVersion"]);
        Assert.Equal(model.Manifest.Calibration.Threshold, float.Parse(run.Metadata.CustomMetadataMap["threshold"], CultureInfo.InvariantCulture));
        Assert.Contains(export.Map, run.Metadata.Description, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AbleAndChannels))]
    public void WriteOnnx_RandomWeights_ComputeTheSameOnRandomFrames(string name, int channels)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var options = SmallPresets.Of(MethodCatalog.Find(name)!) with { Channels = channels };
        using var method = MethodCatalog.Find(name)!.Create(options);
        Tensor Frames(int count) => rand(count, options.Input.Planes, options.Size.Height, options.Size.Width);

        // A step gives batch norms something to fold.
        if (method.LearnsAtOnce) method.Complete([method.Encode(Frames(4))]);
        else method.TrainStep(method.Encode(Frames(4)), 0, new Random(1));
        method.Finish();
        InferenceOptimizer.Optimize(method.Network);
        using var mode = inference_mode();
        using var run = new OnnxRun(Bytes(method));
        AssertSame(method, run, Frames(1));
        AssertSame(method, run, Frames(3));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void WriteOnnx_AnyMethod_WorksWhereTheCatalogueSaysSo(string name)
    {
        using var scope = NewDisposeScope();
        var descriptor = MethodCatalog.Find(name)!;
        using var method = descriptor.Create(SmallPresets.Of(descriptor));
        var failure = Record.Exception(() => method.WriteOnnx(new OnnxGraph()));
        if (descriptor.WritesOnnx) Assert.Null(failure);
        else Assert.IsType<NotSupportedException>(failure);
    }

    [Fact]
    public void Write_NormalisedModel_GivesTheScoreByItsOwnDescription()
    {
        var (manifest, _, files) = ModelFile.Read(trained.Of("ae-l2").Result.Path);
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var options = manifest.Options.DeepClone().AsObject();
        options["normalise"] = true;
        var normal = new Dictionary<string, Tensor> { ["mean"] = rand(128, 128) * Scalars.S(0.001), ["deviation"] = rand(128, 128) + Scalars.S(0.1) };
        var changed = new Dictionary<string, byte[]>(files) { ["normal.safetensors"] = SafeTensors.Write(normal) };
        ModelFile.Write(folder["part.alm"], manifest with { Options = options, References = [] }, changed);
        OnnxFile.Write(folder["part.alm"], folder["part.onnx"]);
        using var model = ModelLoader.Load(folder["part.alm"], "cpu");
        using var run = new OnnxRun(File.ReadAllBytes(folder["part.onnx"]));
        using var prepared = TrainedMethods.Prepare(DatasetFolder.Open(trained.DataFolder).TestFrames[^1].Path, model.Input);
        using var staging = new FrameStaging(model.Input, CPU);
        var frames = staging.Move([prepared], 1);
        var outputs = run.Run(frames);
        var map = MeanFilter.Apply((frames - outputs["reconstruction"]).pow(Scalars.S(2)).mean([1]), 11, ThreadTeam.Alone);
        var score = ((map - outputs["normal_mean"]) / outputs["normal_deviation"]).clamp_min(Scalars.S(0)).max().item<float>();
        Assert.Equal(model.Detect([prepared])[0].Score, score, 1e-5f);
    }

    [Fact]
    public void Write_MethodThatCannot_IsRefusedAndNamesThoseThatCan()
    {
        using var folder = new TemporaryFolder();
        var (manifest, _, files) = ModelFile.Read(trained.Of("ae-l2").Result.Path);
        ModelFile.Write(folder["part.alm"], manifest with { Method = "riad" }, files);
        var error = Assert.Throws<ModelFileException>(() => OnnxFile.Write(folder["part.alm"], folder["part.onnx"]));
        Assert.Contains("method 'riad' cannot be exported to ONNX", error.Message, StringComparison.Ordinal);
        Assert.Contains("fair, draem", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["part.onnx"]));
    }

    private static byte[] Bytes(AnomalyMethod method)
    {
        var graph = new OnnxGraph();
        method.WriteOnnx(graph);
        using var stream = new MemoryStream();
        OnnxGraph.ToModel(graph.ToMessage("test"), "", new Dictionary<string, string>()).WriteTo(stream);
        return stream.ToArray();
    }

    private static void AssertSame(InferenceNetwork method, OnnxRun run, Tensor frames)
    {
        var outputs = run.Run(frames);
        switch (method.Network)
        {
            case var _ when method is FeatureMethod:
                AssertSame(method.AnomalyMap(frames), outputs["anomaly_map"]);
                break;
            case DraemNetwork draem:
                AssertSame(draem.call(frames).Restored, outputs["reconstruction"]);
                AssertSame(method.AnomalyMap(frames), outputs["anomaly_map"]);
                break;
            case MemaeNetwork memae:
                AssertSame(memae.call((frames * Scalars.S(2)) - Scalars.S(1)), outputs["reconstruction"]);
                break;
            case MnadNetwork mnad:
                var (reconstruction, queries) = mnad.Rebuild((frames * Scalars.S(2)) - Scalars.S(1));
                AssertSame(reconstruction, outputs["reconstruction"]);
                AssertSame(mnad.Memory.Distance(queries).view_as(outputs["distance"]), outputs["distance"]);
                break;
            case IntraNetwork:
                AssertSame(((IntraMethod)method).Rebuild(frames), outputs["reconstruction"]);
                break;
            case nn.Module<Tensor, Tensor> network:
                AssertSame(network.call(frames), outputs["reconstruction"]);
                break;
        }
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var (difference, largest) = ((expected - actual).abs().max().item<float>(), expected.abs().max().item<float>());
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:G3} of {largest:G3}");

        // Squared distances of features go into the hundreds.
        Assert.True(difference < 1e-4f * Math.Max(1, largest), $"{difference} of {largest}");
    }
}
