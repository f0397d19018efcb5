using AnomalyLine.Detection.Statistics;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class BetaBinomialTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0.1)]
    [InlineData(2, 0)]
    public void AtLeast_OneFurtherFrame_IsTheRankOfOneAmongTen(int hits, double expected) => Assert.Equal(expected, BetaBinomial.AtLeast(hits, 1, 1, 9), 12);

    // With a = b = 1 the rate is uniform, and so is the number of hits.
    [Fact]
    public void AtLeast_UniformRate_IsUniform() => Assert.Equal(3.0 / 11, BetaBinomial.AtLeast(8, 10, 1, 1), 12);

    [Fact]
    public void AtLeast_ThreeOfThreeAboveTheLargestOfNineteen_IsTheirChanceInARandomOrder() =>
        Assert.Equal(3.0 * 2 * 1 / (22 * 21 * 20), BetaBinomial.AtLeast(3, 3, 1, 19), 12);
}
