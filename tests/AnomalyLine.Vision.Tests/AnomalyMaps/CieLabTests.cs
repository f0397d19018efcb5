using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.AnomalyMaps;

public sealed class CieLabTests
{
    [Theory]
    [InlineData(1, 1, 1, 100, 0, 0)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(0.5f, 0.5f, 0.5f, 53.39, 0, 0)]
    [InlineData(1, 0, 0, 53.24, 80.09, 67.20)]
    [InlineData(0, 1, 0, 87.73, -86.18, 83.18)]
    [InlineData(0, 0, 1, 32.30, 79.19, -107.86)]
    public void FromRgb_KnownColours_GivesTheirLab(float r, float g, float b, double l, double a, double bStar)
    {
        using var scope = NewDisposeScope();
        var lab = CieLab.FromRgb(tensor(new[] { r, g, b }, [1, 3, 1, 1]));
        Assert.Equal(l, lab[0, 0, 0, 0].item<float>(), 0.02);
        Assert.Equal(a, lab[0, 1, 0, 0].item<float>(), 0.02);
        Assert.Equal(bStar, lab[0, 2, 0, 0].item<float>(), 0.02);
    }

    [Fact]
    public void ChromaDistance_RedAgainstGrey_IsItsSquaredChroma()
    {
        using var scope = NewDisposeScope();
        var distance = CieLab.ChromaDistance(tensor(new float[] { 1, 0, 0 }, [1, 3, 1, 1]), full(1, 3, 1, 1, 0.3f), ThreadTeam.Alone);
        Assert.Equal([1, 1, 1], distance.shape);
        Assert.Equal((80.09 * 80.09) + (67.20 * 67.20), distance.item<float>(), 2.0);
    }
}
