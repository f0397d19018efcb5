namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// Area under the per-region overlap (Bergmann et al., CVPR 2019 and IJCV 2021): at a threshold, the mean over all defect areas of the share of the area
/// that is found, against the share of all normal places that are flagged, integrated from 0 to a limit and divided by it. Small defects count as much as large ones.
/// </summary>
internal static class Aupro
{
    /// <summary>The usual limit of the false positive rate.</summary>
    public const double DefaultLimit = 0.3;

    /// <summary>The area, 0..1. NaN where there is no defect area or no normal place.</summary>
    /// <param name="sorted">Keys of all places, lowest score first; the label is 0 or the number of the defect area, from 1.</param>
    /// <param name="areas">Size of each defect area, in order of number.</param>
    /// <param name="limit">Where to stop, above 0, at most 1.</param>
    public static double Of(ReadOnlySpan<ulong> sorted, IReadOnlyList<int> areas, double limit)
    {
        if (limit is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit of the false positive rate lies above 0 and is at most 1.");
        var (normal, _) = ScoreOrder.Count(sorted);
        if (normal == 0 || areas.Count == 0) return double.NaN;
        var share = new double[areas.Count];
        for (var i = 0; i < share.Length; i++) share[i] = 1.0 / areas[i] / areas.Count;

        double area = 0, rate = 0, overlap = 0;
        long flagged = 0;
        var groups = new TieGroups(sorted);
        while (rate < limit && groups.MoveNext())
        {
            var (lastRate, lastOverlap) = (rate, overlap);
            flagged += groups.Normal;
            rate = (double)flagged / normal;
            foreach (var key in groups.Keys[groups.Normal..]) overlap += share[ScoreOrder.Label(key) - 1];
            if (rate > limit)
            {
                overlap = lastOverlap + ((overlap - lastOverlap) * (limit - lastRate) / (rate - lastRate));
                rate = limit;
            }

            area += (rate - lastRate) * (lastOverlap + overlap) / 2;
        }

        return area / limit;
    }
}
