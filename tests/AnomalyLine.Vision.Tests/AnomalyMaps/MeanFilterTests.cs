using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.AnomalyMaps;

public sealed class MeanFilterTests
{
    [Fact]
    public void Apply_Constant_StaysToTheBorder()
    {
        using var scope = NewDisposeScope();
        Assert.True((MeanFilter.Apply(full([1, 32, 32], 0.7), 21, ThreadTeam.Alone) - 0.7).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Apply_OnePixel_SpreadsOverTheWindow()
    {
        using var scope = NewDisposeScope();
        var map = zeros(1, 32, 32);
        map[0, 16, 16] = tensor(9f);
        var smooth = MeanFilter.Apply(map, 3, ThreadTeam.Alone);
        Assert.Equal(1, smooth[0, 15, 17].item<float>(), 1e-5);
        Assert.Equal(0, smooth[0, 14, 16].item<float>(), 1e-5);
    }
}
