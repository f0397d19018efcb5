using AnomalyLine.Inference.Backbones;
using AnomalyLine.Learning.Methods.Dinomaly;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class DinomalyMethodTests
{
    private static readonly DinomalyOptions Small = new() { Size = 64, Sigma = 2, Layers = [1, 2], Width = 32, Heads = 4, Blocks = 1, Expansion = 2 };

    [Fact]
    public void ToTokens_FineAndCoarseLayer_HoldThePlacesOfEachCellAndTurnBack()
    {
        using var scope = NewDisposeScope();
        var grid = new TokenGrid([new FeatureShape(1, 4, 4), new FeatureShape(3, 2, 2)]);
        Tensor[] features = [arange(16, ScalarType.Float32).view(1, 1, 4, 4), arange(100, 112, ScalarType.Float32).view(1, 3, 2, 2)];

        var tokens = grid.ToTokens(features);

        Assert.Equal((4, 7), (grid.Count, grid.Width));

        // The second place of the coarse layer's first row: columns 2 and 3 of rows 0 and 1, and its three channels.
        Assert.Equal([2, 3, 6, 7, 101, 105, 109], tokens[0][1].data<float>().ToArray());
        Assert.All(grid.ToFeatures(tokens).Zip(features), p => Assert.True(p.First.Equals(p.Second)));
    }

    [Fact]
    public void TokenGrid_SidesThatDoNotDivide_AreNamed()
    {
        var error = Assert.Throws<BackboneException>(() => new TokenGrid([new FeatureShape(1, 20, 20), new FeatureShape(1, 8, 8)]));
        Assert.Contains("20 x 20 places is no whole multiple of one of 8 x 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_TrainingFrames_NormaliseTheirTokens()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = new DinomalyMethod(Small, null);
        var encoded = method.Encode(rand(6, 3, 64, 64));
        method.Prepare([encoded.narrow(0, 0, 2), encoded.narrow(0, 2, 4)]);

        var network = (DinomalyNetwork)method.Network;
        var layers = encoded.narrow(1, 0, 64 * 16 * 16).view(6, 64, 8, 2, 8, 2);
        Assert.True(allclose(network.Mean.narrow(0, 0, 256), layers.mean([0, 2, 4]).flatten(), 1e-4, 1e-5));
        Assert.True(allclose(network.Deviation.narrow(0, 0, 256), layers.permute(1, 3, 5, 0, 2, 4).flatten(3).std(3, unbiased: false).flatten(), 1e-3, 1e-5));
    }

    [Fact]
    public void Loosen_HalfOfThePlaces_KeepsValuesAndShrinksGradientsOfTheBestRebuilt()
    {
        using var scope = NewDisposeScope();
        var seen = tensor(new float[] { 1, 1, 0, 0 }).view(1, 2, 1, 2);
        var rebuilt = tensor(new float[] { 1, 0.5f, 0.1f, 0.5f }).view(1, 2, 1, 2).requires_grad_();

        var loosened = DinomalyMethod.Loosen(seen, rebuilt, 0.5, 0.1);
        loosened.sum().backward();

        Assert.Equal(rebuilt.data<float>().ToArray(), loosened.data<float>().ToArray());
        Assert.Equal([0.1f, 1, 0.1f, 1], rebuilt.grad!.data<float>().ToArray().Select(g => MathF.Round(g, 5)));
    }

    [Fact]
    public void Network_LightPreset_HasTheWeightsThatTheReadmeNames()
    {
        using var network = new DinomalyNetwork((DinomalyOptions)DinomalyDescriptor.Entry.Presets["fast"], 256, 768);
        Assert.Equal(1.78, network.parameters().Sum(p => p.numel()) / 1e6, 0.01);
    }

    [Fact]
    public void Block_TokensThatAreAllTheSame_StayTheSame()
    {
        // Attention over equal tokens reads their common value, wherever it looks.
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var block = new LinearAttentionBlock(16, 2, 2, 5);
        var rows = block.call(rand(1, 1, 16).expand(2, 5, 16).contiguous());
        Assert.True(allclose(rows, rows.narrow(1, 0, 1).expand_as(rows), 1e-5, 1e-5));
        Assert.True(allclose(block.call(ones(2, 1, 16)), block.call(ones(2, 5, 16)).narrow(1, 0, 1), 1e-5, 1e-5));
    }
}
