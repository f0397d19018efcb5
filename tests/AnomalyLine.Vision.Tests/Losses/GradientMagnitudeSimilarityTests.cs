using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Losses;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Losses;

public sealed class GradientMagnitudeSimilarityTests
{
    [Fact]
    public void Distance_EqualImages_IsZero()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 3, 32, 32);
        Assert.True(GradientMagnitudeSimilarity.Distance(x, x, 1, 3, ThreadTeam.Alone).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Distance_StepAgainstFlat_FollowsTheFormula()
    {
        // A vertical step of height s gives a Prewitt gradient of s beside it; against a flat image GMS = c / (s² + c).
        using var scope = NewDisposeScope();
        const double s = 0.5, c = 0.0026;
        var step = zeros(1, 1, 16, 16);
        step.narrow(3, 8, 8).fill_(s);
        var map = GradientMagnitudeSimilarity.Distance(step, zeros(1, 1, 16, 16), 1, 1, ThreadTeam.Alone);
        Assert.Equal(1 - (c / ((s * s) + c)), map[0, 8, 8].item<float>(), 1e-4);
        Assert.Equal(0, map[0, 8, 3].item<float>(), 1e-4);
    }

    [Fact]
    public void Distance_RangeTwo_EqualsTheSameImagesInRangeOne()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (x, y) = (rand(1, 3, 32, 32), rand(1, 3, 32, 32));
        var one = GradientMagnitudeSimilarity.Distance(x, y, 1, 2, ThreadTeam.Alone).narrow(1, 4, 24).narrow(2, 4, 24);
        var two = GradientMagnitudeSimilarity.Distance((x * 2) - 1, (y * 2) - 1, 2, 2, ThreadTeam.Alone).narrow(1, 4, 24).narrow(2, 4, 24);
        Assert.True((one - two).abs().max().item<float>() < 1e-4f);
    }
}
