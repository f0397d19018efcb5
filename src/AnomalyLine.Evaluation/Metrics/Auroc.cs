namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// Area under the receiver operating characteristic: the chance that an anomalous score is above a normal one, ties counting one half.
/// The same as (R - a (a + 1) / 2) / (a n) with R the sum of the mid-ranks of the a anomalous among all scores (Mann and Whitney).
/// </summary>
public static class Auroc
{
    /// <summary>The area, 0..1; 0.5 is chance. NaN where one of the two kinds is missing.</summary>
    /// <param name="scores">Higher is more anomalous.</param>
    /// <param name="anomalous">The truth of each score.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static double Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous) => Of(ScoreOrder.Sort(scores, anomalous));

    /// <summary>
    /// The mean rate of anomalous ones found over the rates of false alarms up to a limit, 0..1: what the whole area says of a threshold that is worth running at (after McClish, "Analyzing a portion of the
    /// ROC curve", Medical Decision Making 1989, here as a share of the most that there is). Half of the limit is chance. NaN where one of the two kinds is missing.
    /// </summary>
    /// <param name="scores">Higher is more anomalous.</param>
    /// <param name="anomalous">The truth of each score.</param>
    /// <param name="limit">The highest rate of false alarms, above 0, at most 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static double Partial(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous, double limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1);
        var sorted = ScoreOrder.Sort(scores, anomalous);
        var (normals, anomalies) = ScoreOrder.Count(sorted);
        if (normals == 0 || anomalies == 0) return double.NaN;
        double found = 0, alarms = 0, area = 0;
        var groups = new TieGroups(sorted);
        while (alarms < limit && groups.MoveNext())
        {
            var (further, more) = ((double)groups.Normal / normals, (double)groups.Anomalous / anomalies);
            var share = further == 0 ? 1 : Math.Min(1, (limit - alarms) / further);
            area += share * further * (found + (share * more / 2));
            (alarms, found) = (alarms + (share * further), found + (share * more));
        }

        return area / limit;
    }

    internal static double Of(ReadOnlySpan<ulong> sorted)
    {
        var (normal, anomalous) = ScoreOrder.Count(sorted);
        if (normal == 0 || anomalous == 0) return double.NaN;
        long above = 0, twiceArea = 0;
        var groups = new TieGroups(sorted);
        while (groups.MoveNext())
        {
            twiceArea += groups.Normal * ((2 * above) + groups.Anomalous);
            above += groups.Anomalous;
        }

        return twiceArea / (2.0 * normal * anomalous);
    }
}
