namespace AnomalyLine.Evaluation.Metrics;

/// <summary>Average precision: the sum of (R_k - R_k-1) P_k over descending thresholds, equal scores in one step, without interpolation.</summary>
public static class AveragePrecision
{
    /// <summary>The average, 0..1; chance is the share of anomalous ones. NaN where nothing is anomalous.</summary>
    /// <param name="scores">Higher is more anomalous.</param>
    /// <param name="anomalous">The truth of each score.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static double Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous) => Of(ScoreOrder.Sort(scores, anomalous));

    internal static double Of(ReadOnlySpan<ulong> sorted)
    {
        var (_, anomalous) = ScoreOrder.Count(sorted);
        if (anomalous == 0) return double.NaN;
        long found = 0, taken = 0;
        var sum = 0.0;
        var groups = new TieGroups(sorted);
        while (groups.MoveNext())
        {
            found += groups.Anomalous;
            taken += groups.Keys.Length;
            sum += groups.Anomalous * ((double)found / taken);
        }

        return sum / anomalous;
    }
}
