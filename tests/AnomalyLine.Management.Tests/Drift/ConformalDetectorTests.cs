using AnomalyLine.Management.Drift;

namespace AnomalyLine.Management.Tests.Drift;

public sealed class ConformalDetectorTests
{
    [Fact]
    public void Add_UndisturbedStreams_FalseAlarmsNoMoreOftenThanStated()
    {
        // 200 streams of 1000 values at a mean of 2000 values to a false alarm: of R less the count being a martingale, at most half of them may alarm; far fewer do.
        var alarms = Enumerable.Range(0, 200).Count(seed => AlarmAfter(new ConformalDetector(Normal(seed, 30), 2000, seed), Normal(seed + 1000, 1000)) is not null);
        Assert.InRange(alarms, 0, 100);
    }

    [Theory]
    [InlineData(1.5, true)]
    [InlineData(-1.5, false)]
    public void Add_ShiftAfterALongQuietTime_AlarmsSoonAndSaysWhichWay(double shift, bool rises)
    {
        var delays = new List<int>();
        for (var seed = 0; seed < 20; seed++)
        {
            var detector = new ConformalDetector(Normal(seed, 50), 100_000, seed);
            Assert.Null(AlarmAfter(detector, Normal(seed + 1000, 2000)));
            delays.Add(AlarmAfter(detector, Normal(seed + 2000, 500).Select(v => v + shift)) ?? 500);
            Assert.Equal(rises, detector.Rises);
            Assert.Equal(rises, detector.RecentMedian > detector.ReferenceMedian);
        }

        Assert.InRange(delays.Order().ElementAt(10), 10, 80);
    }

    [Fact]
    public void Add_WithoutReference_LearnsFromTheStreamItself()
    {
        var detector = new ConformalDetector([], 10_000);
        Assert.Null(AlarmAfter(detector, Normal(1, 300)));
        Assert.NotNull(AlarmAfter(detector, Normal(2, 200).Select(v => v + 3)));
    }

    [Fact]
    public void Add_AllValuesEqual_NeverAlarms() => Assert.Null(AlarmAfter(new ConformalDetector([1, 1, 1], 1e7), Enumerable.Repeat(1.0, 2000)));

    [Fact]
    public void Add_FirstValues_AsTheFormulaHasThem()
    {
        // Above 99 references: p = (99 + u) / 100. The capitals before the bet are equal, so the first step multiplies by the mean of 1 + e (p - 1/2), which is 1: no side is bet on yet.
        var detector = new ConformalDetector(Enumerable.Range(0, 99).Select(i => (double)i), 1000);
        detector.Add(1000);
        Assert.Equal(1, detector.Statistic, 9);

        // Then C(e) is about (1 + e / 2) / 5, and the mean of (1 + e / 2)^2 over the bets is 1 + (1.8^2 + 0.9^2) / 10 = 1.405; R = (1 + 1) times that, less a little for p and J.
        detector.Add(2000);
        Assert.InRange(detector.Statistic, 2 * 1.36, 2 * 1.405);
        Assert.True(detector.Rises);
    }

    [Fact]
    public void Add_NotANumber_IsLeftOut()
    {
        var detector = new ConformalDetector([], 1000);
        detector.Add(double.NaN);
        Assert.Equal(0, detector.Count);
    }

    private static int? AlarmAfter(ConformalDetector detector, IEnumerable<double> values)
    {
        foreach (var (number, value) in values.Index())
            if (detector.Add(value)) return number + 1;
        return null;
    }

    private static IEnumerable<double> Normal(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
