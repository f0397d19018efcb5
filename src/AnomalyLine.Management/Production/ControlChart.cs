namespace AnomalyLine.Management.Production;

/// <summary>
/// The share of rejects over time with control limits: a p-chart for subgroups of different size, p̄ ± 3 √(p̄ (1 − p̄) / nᵢ), cut off at 0 and 1, where p̄ is the share of rejects of all subgroups together (D. C.
/// Montgomery, Introduction to Statistical Quality Control, control chart for fraction nonconforming, variable sample size). The limits are trial limits: they are made from the subgroups that are shown.
/// </summary>
/// <param name="Mean">The share of rejects of all, 0..1; 0 where there is no point.</param>
/// <param name="Points">The subgroups that have parts with a verdict, oldest first.</param>
public sealed record ControlChart(double Mean, IReadOnlyList<ControlPoint> Points)
{
    /// <summary>The chart of subgroups; those without parts are left out.</summary>
    public static ControlChart Of(IEnumerable<(DateOnly Day, string? Shift, long Parts, long Rejects)> subgroups)
    {
        var groups = subgroups.Where(group => group.Parts > 0).ToList();
        var parts = groups.Sum(group => group.Parts);
        var mean = parts == 0 ? 0 : (double)groups.Sum(group => group.Rejects) / parts;
        return new ControlChart(mean, [.. groups.Select(group =>
        {
            var reach = 3 * Math.Sqrt(mean * (1 - mean) / group.Parts);
            return new ControlPoint(group.Day, group.Shift, group.Parts, group.Rejects, Math.Max(0, mean - reach), Math.Min(1, mean + reach));
        })]);
    }
}
