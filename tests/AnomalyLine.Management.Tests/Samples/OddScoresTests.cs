using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Tests.Samples;

public sealed class OddScoresTests
{
    /// <summary>1..20: the median is 10.5; the distances to it are 0.5, 0.5, 1.5, 1.5, … 9.5, 9.5, of which the median is 5.</summary>
    [Fact]
    public void Above_TwentyScores_FiveRobustDeviationsAboveTheMedian() =>
        Assert.Equal(10.5 + (5 * 1.4826 * 5), OddScores.Above([.. Enumerable.Range(1, 20).Select(i => (double)i)]), 1e-9);

    [Fact]
    public void Above_OneFarAway_HardlyMoves() =>
        Assert.InRange(OddScores.Above([.. Enumerable.Range(1, 19).Select(i => (double)i), 1e6]), 47, 48);

    [Fact]
    public void Above_TooFewScores_NoneIsOdd() =>
        Assert.Equal(double.PositiveInfinity, OddScores.Above([.. Enumerable.Range(1, 19).Select(i => (double)i)]));
}
