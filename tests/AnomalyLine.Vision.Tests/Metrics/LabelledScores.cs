using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

/// <summary>Random scores with labels, on few levels so that many are equal, and at least one of each kind.</summary>
internal sealed record LabelledScores(float[] Scores, bool[] Anomalous)
{
    public static readonly Gen<LabelledScores> Any =
        from count in Gen.Int[2, 40]
        from levels in Gen.Int[1, 12]
        from scores in Gen.Int[-levels, levels].Select(level => level / 4f).Array[count]
        from anomalous in Gen.Bool.Array[count]
        select new LabelledScores(scores, [!anomalous[1], .. anomalous.AsSpan(1)]);
}
