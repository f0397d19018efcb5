namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// The best F1 (harmonic mean of precision and recall) that any threshold reaches. It picks the threshold by the test labels: a diagnosis,
/// not a way to choose the threshold of a line.
/// </summary>
/// <param name="Value">0..1; NaN where nothing is anomalous.</param>
/// <param name="Threshold">Where it is reached, taking scores above it as anomalous; the highest such place. NaN where nothing is anomalous.</param>
public sealed record F1Max(double Value, float Threshold)
{
    /// <summary>Finds it.</summary>
    /// <param name="scores">Higher is more anomalous.</param>
    /// <param name="anomalous">The truth of each score.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static F1Max Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous) => Of(ScoreOrder.Sort(scores, anomalous));

    internal static F1Max Of(ReadOnlySpan<ulong> sorted)
    {
        var (_, anomalous) = ScoreOrder.Count(sorted);
        if (anomalous == 0) return new F1Max(double.NaN, float.NaN);
        long found = 0, taken = 0;
        var best = new F1Max(0, float.NaN);
        var groups = new TieGroups(sorted);
        while (groups.MoveNext())
        {
            found += groups.Anomalous;
            taken += groups.Keys.Length;
            var f1 = 2.0 * found / (taken + anomalous);
            if (f1 > best.Value) best = new F1Max(f1, MathF.BitDecrement(groups.Score));
        }

        return best;
    }
}
