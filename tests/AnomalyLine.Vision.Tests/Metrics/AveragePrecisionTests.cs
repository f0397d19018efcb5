using AnomalyLine.Evaluation.Metrics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class AveragePrecisionTests
{
    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, false, true, true }, 1.0)]
    [InlineData(new[] { 0.1f, 0.4f, 0.35f, 0.8f }, new[] { false, false, true, true }, (1.0 / 2) + (1.0 / 2 * 2 / 3))]
    [InlineData(new float[] { 1, 1, 1, 1 }, new[] { false, true, false, false }, 0.25)]
    [InlineData(new float[] { 2, 1 }, new[] { false, true }, 0.5)]
    public void Of_KnownScores_GivesTheHandComputedAverage(float[] scores, bool[] anomalous, double expected) =>
        Assert.Equal(expected, AveragePrecision.Of(scores, anomalous), 12);

    [Fact]
    public void Of_AnyScores_EqualsTheSweepOverAllThresholds() =>
        LabelledScores.Any.Sample(sample => Assert.Equal(BySweep(sample), AveragePrecision.Of(sample.Scores, sample.Anomalous), 12));

    [Fact]
    public void Of_NothingAnomalous_IsNotANumber() => Assert.True(double.IsNaN(AveragePrecision.Of([1, 2], [false, false])));

    private static double BySweep(LabelledScores sample)
    {
        var total = sample.Anomalous.Count(label => label);
        double sum = 0, lastRecall = 0;
        foreach (var threshold in sample.Scores.Distinct().OrderDescending())
        {
            var taken = sample.Scores.Zip(sample.Anomalous).Where(pair => pair.First >= threshold).ToArray();
            double found = taken.Count(pair => pair.Second);
            sum += ((found / total) - lastRecall) * (found / taken.Length);
            lastRecall = found / total;
        }

        return sum;
    }
}
