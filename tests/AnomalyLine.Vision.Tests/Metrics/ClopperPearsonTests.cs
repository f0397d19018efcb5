using AnomalyLine.Detection.Statistics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class ClopperPearsonTests
{
    // Where all or none hit, the ends are closed forms: 1 - (1 - confidence) / 2 to the power of 1 / trials. The others are from tables.
    [Theory]
    [InlineData(0, 20, 0.0, 0.16843347)]
    [InlineData(20, 20, 0.83156653, 1.0)]
    [InlineData(1, 10, 0.00252858, 0.44501612)]
    [InlineData(5, 10, 0.18708603, 0.81291397)]
    [InlineData(0, 0, 0.0, 1.0)]
    public void Of_KnownCounts_GivesTheTabulatedInterval(int hits, int trials, double lower, double upper)
    {
        var interval = ClopperPearson.Of(hits, trials);
        Assert.Equal(lower, interval.Lower, 7);
        Assert.Equal(upper, interval.Upper, 7);
    }

    [Fact]
    public void Of_AnyCounts_HoldsTheObservedRate() =>
        (from trials in Gen.Int[1, 3000] from hits in Gen.Int[0, trials] select (hits, trials)).Sample(
            (hits, trials) =>
            {
                var interval = ClopperPearson.Of(hits, trials);
                Assert.InRange((double)hits / trials, interval.Lower, interval.Upper);
            },
            iter: 50);

    [Fact]
    public void Of_AnyTrueRate_HoldsItAtLeastAsOftenAsSaid()
    {
        const int trials = 30;
        const double rate = 0.07;
        double covered = 0, chance = Math.Pow(1 - rate, trials);
        for (var hits = 0; hits <= trials; hits++)
        {
            var interval = ClopperPearson.Of(hits, trials);
            if (interval.Lower <= rate && rate <= interval.Upper) covered += chance;
            chance *= (trials - hits) / (hits + 1.0) * rate / (1 - rate);
        }

        Assert.InRange(covered, 0.95, 1);
    }

    [Theory]
    [InlineData(-1, 5, 0.95)]
    [InlineData(6, 5, 0.95)]
    [InlineData(1, 5, 1.0)]
    public void Of_ImpossibleCounts_Throws(int hits, int trials, double confidence) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Of(hits, trials, confidence));
}
