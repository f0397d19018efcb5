using AnomalyLine.Evaluation.Metrics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class F1MaxTests
{
    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, false, true, true }, 1.0)]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, true, false, true }, 0.8)]
    [InlineData(new float[] { 1, 1 }, new[] { false, true }, 2.0 / 3)]
    public void Of_KnownScores_GivesTheHandComputedValue(float[] scores, bool[] anomalous, double expected) =>
        Assert.Equal(expected, F1Max.Of(scores, anomalous).Value, 12);

    [Fact]
    public void Of_AnyScores_IsTheBestOfAllThresholds() => LabelledScores.Any.Sample(sample =>
    {
        var best = sample.Scores.Max(score => At(sample, MathF.BitDecrement(score)));
        Assert.Equal(best, F1Max.Of(sample.Scores, sample.Anomalous).Value, 12);
    });

    [Fact]
    public void Of_AnyScores_TheThresholdReachesTheValue() => LabelledScores.Any.Sample(sample =>
    {
        var best = F1Max.Of(sample.Scores, sample.Anomalous);
        Assert.Equal(best.Value, At(sample, best.Threshold), 12);
    });

    [Fact]
    public void Of_NothingAnomalous_IsNotANumber()
    {
        var best = F1Max.Of([1], [false]);
        Assert.True(double.IsNaN(best.Value));
        Assert.True(float.IsNaN(best.Threshold));
    }

    private static double At(LabelledScores sample, float threshold)
    {
        var pairs = sample.Scores.Zip(sample.Anomalous).ToArray();
        double hit = pairs.Count(pair => pair.First > threshold && pair.Second);
        double wrong = pairs.Count(pair => pair.First > threshold != pair.Second);
        return 2 * hit / ((2 * hit) + wrong);
    }
}
