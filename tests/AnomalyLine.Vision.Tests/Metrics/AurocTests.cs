using AnomalyLine.Evaluation.Metrics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class AurocTests
{
    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { false, false, true, true }, 1.0)]
    [InlineData(new float[] { 4, 3, 2, 1 }, new[] { false, false, true, true }, 0.0)]
    [InlineData(new float[] { 1, 1, 1, 1 }, new[] { false, true, false, true }, 0.5)]
    [InlineData(new[] { 0.1f, 0.4f, 0.35f, 0.8f }, new[] { false, false, true, true }, 0.75)]
    [InlineData(new float[] { 1, 2, 2, 3 }, new[] { false, false, true, true }, 0.875)]
    [InlineData(new[] { -0f, 0f }, new[] { false, true }, 0.5)]
    [InlineData(new[] { float.NegativeInfinity, float.PositiveInfinity }, new[] { false, true }, 1.0)]
    public void Of_KnownScores_GivesTheHandComputedArea(float[] scores, bool[] anomalous, double expected) =>
        Assert.Equal(expected, Auroc.Of(scores, anomalous), 12);

    [Fact]
    public void Partial_TenNormalsAndFourAnomalies_IsTheAreaUpToTheLimitOverTheLimit()
    {
        // Above all normals lie two of four anomalies, above the second highest normal three, and all above the third highest.
        float[] scores = [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 30, 21, 19.5f, 18.5f];
        bool[] truth = [.. Enumerable.Repeat(false, 10), .. Enumerable.Repeat(true, 4)];
        Assert.Equal(0.5, Auroc.Partial(scores, truth, 0.1), 12);
        Assert.Equal((0.5 + 0.75) / 2, Auroc.Partial(scores, truth, 0.2), 12);
        Assert.Equal((0.5 + 0.75 + 1) / 3, Auroc.Partial(scores, truth, 0.3), 12);
        Assert.Equal(Auroc.Of(scores, truth), Auroc.Partial(scores, truth, 1), 12);
    }

    [Fact]
    public void Partial_AllTheSame_IsHalfOfTheLimit() =>
        Assert.Equal(0.05, Auroc.Partial([1, 1, 1, 1], [false, true, false, true], 0.1), 12);

    [Fact]
    public void Of_AnyScores_EqualsCountingAllPairs() =>
        LabelledScores.Any.Sample(sample => Assert.Equal(ByPairs(sample), Auroc.Of(sample.Scores, sample.Anomalous), 12));

    [Fact]
    public void Of_OneKindOnly_IsNotANumber()
    {
        Assert.True(double.IsNaN(Auroc.Of([1, 2], [true, true])));
        Assert.True(double.IsNaN(Auroc.Of([1, 2], [false, false])));
        Assert.True(double.IsNaN(Auroc.Of([], [])));
    }

    [Fact]
    public void Of_ScoreThatIsNotANumber_Throws() => Assert.Throws<ArgumentException>(() => Auroc.Of([1, float.NaN], [true, false]));

    [Fact]
    public void Of_FewerLabelsThanScores_Throws() => Assert.Throws<ArgumentException>(() => Auroc.Of([1, 2], [true]));

    private static double ByPairs(LabelledScores sample)
    {
        double sum = 0, pairs = 0;
        for (var i = 0; i < sample.Scores.Length; i++)
        {
            for (var j = 0; j < sample.Scores.Length; j++)
            {
                if (!sample.Anomalous[i] || sample.Anomalous[j]) continue;
                pairs++;
                sum += sample.Scores[i] > sample.Scores[j] ? 1 : sample.Scores[i].Equals(sample.Scores[j]) ? 0.5 : 0;
            }
        }

        return sum / pairs;
    }
}
