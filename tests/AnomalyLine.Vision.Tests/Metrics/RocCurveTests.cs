using AnomalyLine.Evaluation.Metrics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class RocCurveTests
{
    [Fact]
    public void Of_KnownScores_GivesOnePointForEachDistinctScore() =>
        Assert.Equal(
            [new(0, 0), new(0, 0.5), new(0.5, 1), new(1, 1)],
            RocCurve.Of([1, 2, 2, 3], [false, false, true, true]));

    [Fact]
    public void Of_AnyScores_TheAreaBelowIsTheAuroc() => LabelledScores.Any.Sample(sample =>
    {
        var points = RocCurve.Of(sample.Scores, sample.Anomalous);
        var area = points.Zip(points.Skip(1))
            .Sum(step => (step.Second.FalsePositiveRate - step.First.FalsePositiveRate) * (step.First.TruePositiveRate + step.Second.TruePositiveRate) / 2);
        Assert.Equal(Auroc.Of(sample.Scores, sample.Anomalous), area, 12);
    });

    [Fact]
    public void Of_OneKindOnly_IsEmpty() => Assert.Empty(RocCurve.Of([1, 2], [true, true]));
}
