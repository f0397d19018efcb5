namespace AnomalyLine.Inspection;

/// <summary>A stretch of a station's inspections, in the order in which their verdicts were made.</summary>
public sealed record HistoryRange
{
    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Only those completed at this time or later; null = from the oldest.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those completed before this time; null = to the newest.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Newest first instead of oldest first.</summary>
    public bool IsNewestFirst { get; init; }

    /// <summary>Only those behind this one, in this order; null to start.</summary>
    public HistoryPlace? After { get; init; }
}
