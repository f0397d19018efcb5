namespace AnomalyLine.Inspection;

/// <summary>Which production is summed up.</summary>
public sealed record ProductionQuery
{
    /// <summary>Most slices of one query.</summary>
    public const int MaxSlices = 1_000;

    /// <summary>
    /// What is kept apart, in order of time, without overlap; each begins and ends at a full quarter of an hour of UTC, as the log counts by such quarters. At most <see cref="MaxSlices"/>.
    /// Parts count by the time of their verdict.
    /// </summary>
    public required IReadOnlyList<TimeSlice> Slices { get; init; }

    /// <summary>Only this station; null = all, removed ones too.</summary>
    public string? Station { get; init; }

    /// <summary>Only parts of this product; null = all, empty = those without one.</summary>
    public string? ProductId { get; init; }
}
