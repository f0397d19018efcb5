namespace AnomalyLine.Management.Production;

/// <summary>One subgroup of a p-chart.</summary>
/// <param name="Day">The day.</param>
/// <param name="Shift">The shift; null for the whole day.</param>
/// <param name="Parts">Parts with a verdict, above 0.</param>
/// <param name="Rejects">Rejects among them.</param>
/// <param name="Lower">Lower control limit, 0..1.</param>
/// <param name="Upper">Upper control limit, 0..1.</param>
public sealed record ControlPoint(DateOnly Day, string? Shift, long Parts, long Rejects, double Lower, double Upper)
{
    /// <summary>Share of rejects, 0..1.</summary>
    public double Share => (double)Rejects / Parts;

    /// <summary>Whether the share lies beyond a limit.</summary>
    public bool IsOut => Share < Lower || Share > Upper;
}
