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
