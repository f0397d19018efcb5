using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class SuperpixelColouringTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Colour_AnyGap_KeepsThatManyPixelsBetweenRegionsOfAColour(int gap)
    {
        var superpixels = Superpixels.Of(SuperpixelsTests.Noise(64 * 48, 3), 48, 64, 48, 10);
        var colours = SuperpixelColouring.Colour(superpixels, gap);
        Assert.Equal(superpixels.Count, colours.Length);
        Assert.Equal(Enumerable.Range(0, colours.Max() + 1), colours.Distinct().Order());
        Assert.True(colours.Max() + 1 < superpixels.Count);
        var labels = superpixels.Labels;
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = i + 1; j < labels.Length; j++)
            {
                if (labels[i] == labels[j] || colours[labels[i]] != colours[labels[j]]) continue;
                var between = Math.Max(Math.Abs((i % 64) - (j % 64)), Math.Abs((i / 64) - (j / 64))) - 1;
                Assert.True(between >= gap, $"regions {labels[i]} and {labels[j]} share a colour with {between} pixels between them");
            }
        }
    }

    [Fact]
    public void Colour_RegularGrid_NeedsFourColoursWhereRegionsMayNotTouch()
    {
        var superpixels = Superpixels.Of(new float[64 * 64], 64, 64, 16, 10);
        Assert.Equal(4, SuperpixelColouring.Colour(superpixels, 0).Max() + 1);
    }

    [Fact]
    public void Colour_GapWiderThanTheFrame_HidesEachAlone()
    {
        var superpixels = Superpixels.Of(new float[64 * 64], 64, 64, 16, 10);
        Assert.Equal(16, SuperpixelColouring.Colour(superpixels, 64).Distinct().Count());
    }
}
