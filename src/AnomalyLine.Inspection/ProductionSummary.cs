namespace AnomalyLine.Inspection;

/// <summary>Production, summed up from the log. The counts outlive the inspections that they are of.</summary>
public sealed record ProductionSummary
{
    /// <summary>Width of a class of <see cref="Scores"/>, a share of the threshold: 5 %.</summary>
    public const double ScoreStep = 0.05;

    /// <summary>Classes of <see cref="Scores"/>; the last one has all above twice the threshold.</summary>
    public const int ScoreClasses = 41;

    /// <summary>Rows, and columns, of <see cref="Places"/>.</summary>
    public const int PlaceSide = 16;

    /// <summary>How long the log keeps counts: 400 days.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>A pause between two parts of a station that is longer than this, five minutes, is a stop and no running time.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(5);

    /// <summary>Those that have parts, in order of slice, station and product.</summary>
    public required IReadOnlyList<ProductionCount> Counts { get; init; }

    /// <summary>
    /// Parts that the model judged, by score in shares of the threshold that held: class i has those above i and up to i + 1 times <see cref="ScoreStep"/>, the first one those below, too. So the
    /// threshold is a limit between two classes. Without parts whose threshold was not above 0.
    /// </summary>
    public required IReadOnlyList<long> Scores { get; init; }

    /// <summary>
    /// Rejects by the place of their strongest defect region, its centre, on the frame in <see cref="PlaceSide"/> columns and as many rows: row by row from the top left. Rejects without a region are not among them.
    /// </summary>
    public required IReadOnlyList<long> Places { get; init; }

    /// <summary>Parts that were neither Ok nor NotOk, by their reason.</summary>
    public required IReadOnlyDictionary<ReasonCode, long> Reasons { get; init; }

    /// <summary>Newest inspections of the log, of all stations and times, that are not counted yet: not 0 only in the minutes after an earlier release's log was opened.</summary>
    public required long Uncounted { get; init; }
}
