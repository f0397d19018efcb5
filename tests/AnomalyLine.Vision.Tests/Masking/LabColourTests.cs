using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class LabColourTests
{
    [Theory]
    [InlineData(1, 1, 1, 100, 0, 0)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(1, 0, 0, 53.24, 80.09, 67.20)]
    [InlineData(0, 1, 0, 87.73, -86.18, 83.18)]
    [InlineData(0, 0, 1, 32.30, 79.19, -107.86)]
    [InlineData(0.5, 0.5, 0.5, 53.39, 0, 0)]
    public void Of_KnownColour_GivesItsPublishedValues(double red, double green, double blue, double l, double a, double b)
    {
        var lab = LabColour.Of([(float)red, (float)green, (float)blue], 1);
        Assert.Equal(l, lab[0], 0.05);
        Assert.Equal(a, lab[1], 0.05);
        Assert.Equal(b, lab[2], 0.05);
    }

    [Fact]
    public void Of_Grey_IsThatOfEqualChannels()
    {
        var grey = LabColour.Of([0.3f], 1);
        var colour = LabColour.Of([0.3f, 0.3f, 0.3f], 1);
        Assert.Equal(colour[0], grey[0], 1e-3f);
        Assert.Equal(0, grey[1]);
        Assert.Equal(0, grey[2]);
    }
}
