using AnomalyLine.Inference.Backbones;
using AnomalyLine.Learning.Methods.ReverseDistillation;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class ReverseDistillationMethodTests
{
    private static readonly ReverseDistillationOptions Small = new() { Size = 64, Sigma = 2, Width = 16, Blocks = 1 };

    [Fact]
    public void Network_LightPreset_HasTheWeightsThatTheReadmeNames()
    {
        var options = (ReverseDistillationOptions)ReverseDistillationDescriptor.Entry.Presets["fast"];
        using var network = new ReverseDistillationNetwork(options, [new FeatureShape(128, 32, 32), new FeatureShape(256, 16, 16)]);
        Assert.Equal(3.0, network.parameters().Sum(p => p.numel()) / 1e6, 0.03);
    }

    [Theory]
    [InlineData("8 8, 4 4, 2 2", 1)]
    [InlineData("8 8, 4 4, 2 2", 2)]
    [InlineData("4 4, 4 4, 4 4", 1)]
    [InlineData("2 2, 16 16", 1)]
    [InlineData("8 4, 4 2, 8 4", 2)]
    public void Rebuild_GridsOfAnyOrder_GivesEachLayerInItsShape(string grids, int blocks)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        FeatureShape[] shapes = [.. grids.Split(", ").Select((g, i) => new FeatureShape(3 + i, int.Parse(g.Split(' ')[0]), int.Parse(g.Split(' ')[1])))];
        using var network = new ReverseDistillationNetwork(Small with { Blocks = blocks }, shapes);
        var features = shapes.Select(s => rand(2, s.Channels, s.Height, s.Width)).ToArray();
        Assert.Equal(features.Select(f => f.shape), network.Rebuild(features).Select(r => r.shape));
    }

    [Theory]
    [InlineData(8, 3, "The coarsest layer has 3 x 3 places, which cannot be halved")]
    [InlineData(12, 4, "A layer of 12 x 12 places cannot be halved to one of 4 x 4")]
    public void Network_SidesThatCannotBeHalved_AreNamed(int fine, int coarse, string expected)
    {
        var error = Assert.Throws<BackboneException>(() => new ReverseDistillationNetwork(Small, [new FeatureShape(3, fine, fine), new FeatureShape(3, coarse, coarse)]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_FeaturesBehindRelu_AreRebuiltWithoutNegatives()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = new ReverseDistillationMethod(Small with { Layers = [1, 2] }, null);
        var network = (ReverseDistillationNetwork)method.Network;
        var encoded = method.Encode(rand(2, 3, 64, 64));
        Tensor[] Rebuild() => network.Rebuild([encoded.narrow(1, 0, 64 * 16 * 16).view(2, 64, 16, 16), encoded.narrow(1, 64 * 16 * 16, 128 * 8 * 8).view(2, 128, 8, 8)]);

        Assert.All(Rebuild(), maps => Assert.True(maps.min().item<float>() < 0));
        method.Prepare([encoded]);
        Assert.All(Rebuild(), maps => Assert.Equal(0, maps.min().item<float>()));
    }
}
