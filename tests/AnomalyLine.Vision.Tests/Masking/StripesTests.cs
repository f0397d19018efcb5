using AnomalyLine.Learning.Masking;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class StripesTests
{
    [Theory]
    [InlineData(64, 1)]
    [InlineData(64, 8)]
    [InlineData(48, 4)]
    public void Of_AnyScale_HidesHalfInEachMaskAndEachPlaceTwice(int side, int cycles)
    {
        using var scope = NewDisposeScope();
        var masks = Stripes.Of(side, cycles);
        Assert.Equal([4, 1, side, side], masks.shape);
        Assert.True(masks.mean([1, 2, 3]).eq(0.5).all().item<bool>());
        Assert.True(masks.sum([0]).eq(2).all().item<bool>());
    }

    [Fact]
    public void Of_TwoCycles_MakesBarsAQuarterWide()
    {
        using var scope = NewDisposeScope();
        var masks = Stripes.Of(8, 2);
        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0], masks[0, 0, 3].data<float>().ToArray());
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1], masks[1, 0, 3].data<float>().ToArray());
        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0], masks.select(3, 5)[2, 0].contiguous().data<float>().ToArray());
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1], masks.select(3, 5)[3, 0].contiguous().data<float>().ToArray());
    }
}
