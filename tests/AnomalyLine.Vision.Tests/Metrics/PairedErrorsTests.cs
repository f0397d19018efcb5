using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class PairedErrorsTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 0, 0.125)]
    [InlineData(5, 0, 0.03125)]
    [InlineData(2, 1, 0.5)]
    [InlineData(0, 4, 1)]
    public void PValue_SmallCounts_AsTheBinomialTableHasIt(int onlyNew, int onlyOld, double expected) =>
        Assert.Equal(expected, new PairedErrors(100, onlyNew, onlyOld).PValue, 12);

    [Fact]
    public void PValue_ThousandsOfDisagreements_IsANumber()
    {
        Assert.InRange(new PairedErrors(100_000, 2000, 1500).PValue, 0, 1e-15);
        Assert.Equal(1, new PairedErrors(100_000, 1500, 2000).PValue);
    }

    [Theory]
    [InlineData(73, 0.0493)]
    [InlineData(20, 0.1684)]
    public void UpperBound_NoErrors_IsTheExactBoundOfOneRate(int trials, double expected) =>
        Assert.Equal(expected, new PairedErrors(trials, 0, 0).UpperBound, 4);

    [Fact]
    public void NeededFor_AMargin_IsTheLeastNumberThatShowsIt()
    {
        var needed = PairedErrors.NeededFor(0.05);
        Assert.Equal(72, needed);
        Assert.InRange(new PairedErrors(needed, 0, 0).UpperBound, 0, 0.05);
        Assert.InRange(new PairedErrors(needed - 1, 0, 0).UpperBound, 0.05, 1);
    }

    [Fact]
    public void UpperBound_BetterByFar_IsBelowZero() => Assert.InRange(new PairedErrors(200, 0, 40).UpperBound, -0.15, -0.1);
}
