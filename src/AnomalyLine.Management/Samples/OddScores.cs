namespace AnomalyLine.Management.Samples;

/// <summary>Scores that are odd among others: far above the median, by robust estimates.</summary>
internal static class OddScores
{
    /// <summary>Fewest scores of which a median says something.</summary>
    public const int FewestForMedian = 20;

    /// <summary>A score is odd this many standard deviations above the median, both estimated robustly (1.4826 times the median absolute deviation).</summary>
    public const double Deviations = 5;

    /// <summary>The score above which one is odd among these; infinity where there are too few.</summary>
    public static double Above(IReadOnlyCollection<double> scores)
    {
        if (scores.Count < FewestForMedian) return double.PositiveInfinity;
        var (median, deviation) = Robust(scores);
        return median + (Deviations * deviation);
    }

    /// <summary>The median, and the standard deviation by the median absolute deviation.</summary>
    public static (double Median, double Deviation) Robust(IReadOnlyCollection<double> scores)
    {
        var median = Median(scores);
        return (median, 1.4826 * Median([.. scores.Select(score => Math.Abs(score - median))]));
    }

    private static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
