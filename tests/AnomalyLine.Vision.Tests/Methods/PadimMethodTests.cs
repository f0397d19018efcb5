using AnomalyLine.Learning.Methods.Padim;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class PadimMethodTests
{
    private static readonly PadimOptions Options = new() { Size = 64, Layers = [2], Dimensions = 8, Sigma = 0 };

    [Fact]
    public void AnomalyMap_FrameOfTwo_IsTheMahalanobisDistanceAtEachPlace()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = Create();
        var encoded = method.Encode(rand(12, 3, 64, 64));
        method.Complete([encoded.narrow(0, 0, 8), encoded.narrow(0, 8, 4)]);
        var network = (PadimNetwork)method.Network;

        var rows = encoded.view(12, 128, 64).index_select(1, network.Dimensions);
        for (var place = 0; place < 64; place += 21)
        {
            var here = rows.select(2, place).to(ScalarType.Float64);
            var centred = here - here.mean([0]);
            var inverse = linalg.inv((centred.t().mm(centred) / 11) + (eye(8, dtype: ScalarType.Float64) * Options.Epsilon));
            var expected = (centred[0].unsqueeze(0).mm(inverse).mm(centred[0].unsqueeze(1))).item<double>();
            var white = (rows[0, .., place] - network.Mean[place]).unsqueeze(0).mm(network.Whitening[place]);
            Assert.Equal(expected, white.square().sum().item<float>(), 1e-3 * expected);
        }
    }

    [Fact]
    public void Complete_FurtherFrames_GivesTheMapOfAllAtOnce()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var whole = Create();
        using var grown = Create();
        var frames = rand(12, 3, 64, 64);
        var encoded = whole.Encode(frames);
        whole.Complete([encoded]);
        grown.Complete([encoded.narrow(0, 0, 9)]);
        var before = grown.AnomalyMap(frames);
        grown.Complete([encoded.narrow(0, 9, 3)]);

        var (expected, map) = (whole.AnomalyMap(frames), grown.AnomalyMap(frames));
        Assert.True((expected - map).abs().max().item<float>() < 1e-3f * expected.max().item<float>());
        Assert.False((expected - before).abs().max().item<float>() < 1e-1f * expected.max().item<float>());
    }

    [Fact]
    public void Create_OtherSeed_UsesOtherFeatures()
    {
        using var scope = NewDisposeScope();
        using PadimMethod one = Create(), same = Create(), other = Create(seed: 2);
        Assert.True(((PadimNetwork)one.Network).Dimensions.Equals(((PadimNetwork)same.Network).Dimensions));
        Assert.False(((PadimNetwork)one.Network).Dimensions.Equals(((PadimNetwork)other.Network).Dimensions));
    }

    private static PadimMethod Create(int seed = 1)
    {
        random.manual_seed(seed);
        var method = new PadimMethod(Options, null);
        method.Network.eval();
        return method;
    }
}
