namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// Whether values in an order that was given change at some place of it: the largest standardised sum of ranks up to a place (Pettitt, "A non-parametric approach to the
/// change-point problem", 1979), against the same of random orders, which needs no assumption of how values are distributed.
/// </summary>
/// <param name="At">Number of values before the change.</param>
/// <param name="PValue">The chance of such a change or a larger one in a random order.</param>
/// <param name="Share">The chance that a value after the change is above one before it, 0..1; 0.5 where nothing changes.</param>
public sealed record OrderedChange(int At, double PValue, double Share)
{
    private const int Orders = 9999;

    /// <summary>Looks for the largest change; at least <paramref name="least"/> values are on either side.</summary>
    /// <param name="values">The values in their order.</param>
    /// <param name="least">At least 1; null comes of fewer than twice as many values.</param>
    public static OrderedChange? Find(IReadOnlyList<double> values, int least = 5)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        var n = values.Count;
        if (n < 2 * least) return null;
        var ranks = Ranks(values);
        var (at, size) = Largest(ranks, least);
        var random = new Random(1);
        var shuffled = ranks.ToArray();
        var asLarge = 1;
        for (var i = 0; i < Orders; i++)
        {
            random.Shuffle(shuffled);
            if (Largest(shuffled, least).Size >= size) asLarge++;
        }

        double before = at, after = n - at, sum = ranks[at..].Sum();
        return new OrderedChange(at, (double)asLarge / (Orders + 1), (sum - (after * (after + 1) / 2)) / (before * after));
    }

    /// <summary>From 1; equal values share the mean of theirs.</summary>
    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        var next = 1;
        foreach (var tied in Enumerable.Range(0, values.Count).GroupBy(i => values[i]).OrderBy(g => g.Key))
        {
            var count = tied.Count();
            foreach (var i in tied) ranks[i] = next + ((count - 1) / 2.0);
            next += count;
        }

        return ranks;
    }

    private static (int At, double Size) Largest(double[] ranks, int least)
    {
        var (n, sum, best, size) = (ranks.Length, 0.0, least, -1.0);
        for (var at = 1; at <= n - least; at++)
        {
            sum += ranks[at - 1];
            if (at < least) continue;
            var z = Math.Abs(sum - (at * (n + 1) / 2.0)) / Math.Sqrt((double)at * (n - at) * (n + 1) / 12);
            if (z > size) (best, size) = (at, z);
        }

        return (best, size);
    }
}
