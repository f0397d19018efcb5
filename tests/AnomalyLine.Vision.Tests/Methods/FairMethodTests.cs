using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Methods.Fair;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class FairMethodTests
{
    private static readonly FairOptions Small = new() { Size = 32, Width = 4, Cutoff = 4, Smoothing = 5 };

    [Fact]
    public void Network_HalfThePapersWidth_HasTheSizeOfItsPublishedForm()
    {
        using var network = new FairNetwork(new FairOptions { Width = 64, Size = 32, Cutoff = 4 });
        Assert.Equal(17.2, network.parameters().Sum(p => p.NumberOfElements) / 1e6, 0.1);
    }

    [Fact]
    public void Network_FrameAndLighterFrame_GiveTheSame()
    {
        // The mean is the lowest frequency, so the network cannot see it.
        using var method = Make(Small);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 32, 32) * 0.5;
        var network = (FairNetwork)method.Network;
        Assert.True((network.call(frames) - network.call(frames + 0.3)).abs().max().item<float>() < 1e-3f);
    }

    [Fact]
    public void AnomalyMap_ColourFrames_IsStructurePlusWeightedColour()
    {
        using var method = Make(Small with { ColourWeight = 0.001 });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 32, 32);
        var restored = ((FairNetwork)method.Network).call(frames);
        var expected = GradientMagnitudeSimilarity.Distance(frames, restored, 1, 2, ThreadTeam.Alone) + (0.001 * CieLab.ChromaDistance(frames, restored, ThreadTeam.Alone));
        Assert.True((method.AnomalyMap(frames) - MeanFilter.Apply(expected, 5, ThreadTeam.Alone)).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void AnomalyMap_GreyFrames_IsStructureOnly()
    {
        using var method = Make(Small with { Channels = 1 });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 1, 32, 32);
        var expected = GradientMagnitudeSimilarity.Distance(frames, ((FairNetwork)method.Network).call(frames), 1, 2, ThreadTeam.Alone);
        Assert.True((method.AnomalyMap(frames) - MeanFilter.Apply(expected, 5, ThreadTeam.Alone)).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Complete_BalanceColour_LetsColourReachAsHighAsStructure()
    {
        using var method = Make(Small with { BalanceColour = true, Smoothing = 1 });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 32, 32);
        method.Complete([frame]);
        var restored = ((FairNetwork)method.Network).call(frame);
        var ratio = GradientMagnitudeSimilarity.Distance(frame, restored, 1, 2, ThreadTeam.Alone).max() / CieLab.ChromaDistance(frame, restored, ThreadTeam.Alone).max();
        Assert.Equal(ratio.item<float>(), method.Network.state_dict()["colour_weight"].item<float>(), 1e-6f);
    }

    [Fact]
    public void Complete_WithoutBalance_KeepsThePapersWeight()
    {
        using var method = Make(Small);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        method.Complete([rand(1, 3, 32, 32)]);
        Assert.Equal(3e-4f, method.Network.state_dict()["colour_weight"].item<float>(), 1e-8f);
    }

    private static FairMethod Make(FairOptions options)
    {
        random.manual_seed(1);
        var method = new FairMethod(options);
        method.Network.eval();
        return method;
    }
}
