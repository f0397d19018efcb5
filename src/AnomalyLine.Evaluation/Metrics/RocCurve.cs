namespace AnomalyLine.Evaluation.Metrics;

/// <summary>The receiver operating characteristic, to be drawn.</summary>
public static class RocCurve
{
    /// <summary>From (0, 0) to (1, 1), one point for each distinct score. Empty where one of the two kinds is missing.</summary>
    /// <param name="scores">Higher is more anomalous.</param>
    /// <param name="anomalous">The truth of each score.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static IReadOnlyList<RocPoint> Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous)
    {
        var sorted = ScoreOrder.Sort(scores, anomalous);
        var (normal, defective) = ScoreOrder.Count(sorted);
        if (normal == 0 || defective == 0) return [];
        var points = new List<RocPoint> { new(0, 0) };
        long rejected = 0, found = 0;
        var groups = new TieGroups(sorted);
        while (groups.MoveNext())
        {
            rejected += groups.Normal;
            found += groups.Anomalous;
            points.Add(new RocPoint((double)rejected / normal, (double)found / defective));
        }

        return points;
    }
}
