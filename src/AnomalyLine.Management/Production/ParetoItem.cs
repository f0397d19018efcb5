namespace AnomalyLine.Management.Production;

/// <summary>A bar of a Pareto chart.</summary>
/// <param name="Name">What it counts; empty for what has no name.</param>
/// <param name="Count">How many, above 0.</param>
/// <param name="Cumulative">Share of this one and all before it among all, 0..1.</param>
public sealed record ParetoItem(string Name, long Count, double Cumulative)
{
    /// <summary>Counts, the largest first, equal ones in order of name.</summary>
    internal static IReadOnlyList<ParetoItem> Of(IEnumerable<(string Name, long Count)> counts)
    {
        var ordered = counts.Where(count => count.Count > 0).OrderByDescending(count => count.Count).ThenBy(count => count.Name, StringComparer.Ordinal).ToList();
        var all = ordered.Sum(count => count.Count);
        var sum = 0L;
        return [.. ordered.Select(count => new ParetoItem(count.Name, count.Count, (double)(sum += count.Count) / all))];
    }
}
