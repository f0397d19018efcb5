using AnomalyLine.Demo;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using Google.Protobuf;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Backbones;

/// <summary>Networks of the user's own, made here by hand.</summary>
[Trait("Speed", "Slow")]
public sealed class OwnBackboneTests : IDisposable
{
    private static readonly BackboneInput Input = BackboneInput.Parse("rgb", "127.5", "0.0078125");
    private readonly TemporaryFolder _folder = new();

    public OwnBackboneTests() => Environment.SetEnvironmentVariable(BackboneLibrary.FolderVariable, _folder["backbones"]);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(BackboneLibrary.FolderVariable, null);
        _folder.Dispose();
    }

    [Fact]
    public void Add_SmallNetwork_TrainsAModelThatIsWholeWithoutIt()
    {
        Write("own.onnx", Convolutions());
        var (backbone, shapes) = BackboneLibrary.Add("own", _folder["own.onnx"], ["fine", "coarse"], Input, 64);
        Assert.Equal([new FeatureShape(8, 32, 32), new FeatureShape(16, 16, 16)], shapes);
        Assert.Equal(["resnet18", "own"], BackboneLibrary.Names);
        Assert.Equal(backbone.Sha256, BackboneLibrary.Get("own").Sha256);

        var model = Train("own");
        Directory.Delete(_folder["backbones"], recursive: true);
        using var loaded = ModelLoader.Load(model, "cpu");
        Assert.Equal("own", loaded.Manifest.Options["backbone"]!.GetValue<string>());
        Assert.Contains("backbone.onnx", loaded.Manifest.Files.Keys);
    }

    [Fact]
    public void Add_RowsOfTokens_AreTheGridBehindTheExtraOnes()
    {
        Write("tokens.onnx", Tokens());
        var (backbone, shapes) = BackboneLibrary.Add("vit", _folder["tokens.onnx"], ["tokens"], Input, 64);
        Assert.Equal([new FeatureShape(8, 32, 32)], shapes);

        // The tokens of places are the map that they were made from.
        using var scope = torch.NewDisposeScope();
        Write("map.onnx", Tokens(asMap: true));
        var map = BackboneLibrary.Add("map", _folder["map.onnx"], ["map"], Input, 64).Backbone;
        using var one = BackbonePass.Of(backbone, 3, 64, 64, [1]);
        using var other = BackbonePass.Of(map, 3, 64, 64, [1]);
        var frames = torch.rand(2, 3, 64, 64);
        Assert.True(torch.allclose(one.Run(frames, ThreadTeam.Alone), other.Run(frames, ThreadTeam.Alone)));
    }

    [Theory]
    [InlineData("nowhere", "The network computes no value 'nowhere'")]
    [InlineData("scores", "must be a map")]
    public void Add_ValueThatIsNoFeature_IsRefusedByName(string output, string reason)
    {
        Write("own.onnx", Convolutions());
        var error = Assert.Throws<BackboneException>(() => BackboneLibrary.Add("own", _folder["own.onnx"], [output], Input, 64));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(["resnet18"], BackboneLibrary.Names);
    }

    [Fact]
    public void Add_NetworkThatGivesAnotherThingEachTime_IsRefused()
    {
        var graph = new OnnxGraph();
        var frames = graph.Input(OnnxBackend.InputName, null, 3, null, null);
        var noise = graph.Add("RandomNormalLike", [frames]);
        graph.Output("noisy", graph.Add("Add", [frames, noise]));
        Write("noisy.onnx", graph);
        var error = Assert.Throws<BackboneException>(() => BackboneLibrary.Add("noisy", _folder["noisy.onnx"], ["noisy"], Input, 64));
        Assert.Contains("different features for the same frame", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_OtherNetworkOfTheSameName_IsRefusedAndTheSameIsNot()
    {
        Write("own.onnx", Convolutions());
        BackboneLibrary.Add("own", _folder["own.onnx"], ["fine"], Input, 64);
        BackboneLibrary.Add("own", _folder["own.onnx"], ["fine"], Input, 64);
        var error = Assert.Throws<BackboneException>(() => BackboneLibrary.Add("own", _folder["own.onnx"], ["coarse"], Input, 64));
        Assert.Contains("another backbone 'own'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_FileThatIsNoOnnx_IsRefused()
    {
        File.WriteAllText(_folder["text.onnx"], "not a network");
        Assert.Throws<BackboneException>(() => BackboneLibrary.Add("own", _folder["text.onnx"], ["fine"], Input, 64));
    }

    [Fact]
    public void Train_BackboneThatIsNotThere_SaysWhichThereAre()
    {
        var error = Assert.Throws<TrainingException>(() => Train("missing"));
        Assert.Contains("no backbone 'missing' on this machine; there are resnet18", error.Message, StringComparison.Ordinal);
    }

    private string Train(string backbone)
    {
        SyntheticParts.WriteDataset(_folder["data"], trainCount: 12, testNormals: 1, testPerDefect: 0, seed: 5, width: 64, height: 64);
        var request = new TrainingRequest
        {
            Method = "subspace",
            DataFolder = _folder["data"],
            Output = _folder["part.alm"],
            Device = "cpu",
            Options = new Dictionary<string, string> { ["backbone"] = backbone, ["layers"] = "1", ["size"] = "64", ["sigma"] = "2" },
        };
        return Trainer.Train(request, cancel: TestContext.Current.CancellationToken).Path;
    }

    private void Write(string name, OnnxGraph graph) =>
        File.WriteAllBytes(_folder[name], OnnxGraph.ToModel(graph.ToMessage("own"), "", new Dictionary<string, string>()).ToByteArray());

    private static OnnxGraph Convolutions()
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(1);
        var graph = new OnnxGraph();
        var fine = Block(graph, graph.Input(OnnxBackend.InputName, null, 3, null, null), 3, 8);
        var coarse = Block(graph, fine, 8, 16);
        graph.Output("fine", fine);
        graph.Output("coarse", coarse);
        graph.Output("scores", graph.Add("Flatten", [graph.Add("GlobalAveragePool", [coarse])]));
        return graph;
    }

    private static OnnxGraph Tokens(bool asMap = false)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(1);
        var graph = new OnnxGraph();
        var map = Block(graph, graph.Input(OnnxBackend.InputName, null, 3, null, null), 3, 8);
        var rows = graph.Add("Transpose", [graph.Add("Reshape", [map, graph.Constant(0, 8, -1)])], ("perm", new long[] { 0, 2, 1 }));
        var first = graph.Add("Slice", [rows, graph.Constant([0L]), graph.Constant([1L]), graph.Constant([1L])]);
        graph.Output("map", map);
        if (!asMap) graph.Output("tokens", graph.Add("Concat", [first, rows], ("axis", 1L)));
        return graph;
    }

    private static OnnxValue Block(OnnxGraph graph, OnnxValue input, int from, int to) => graph.Add("Relu", [graph.Add(
        "Conv", [input, graph.Constant(torch.randn(to, from, 3, 3)), graph.Constant(torch.randn(to))],
        ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }))]);
}
