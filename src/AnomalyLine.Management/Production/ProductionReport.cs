using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Production;

/// <summary>What the plant made, and what was wrong with it.</summary>
public sealed record ProductionReport
{
    /// <summary>Columns, and rows, of the fields that <see cref="Places"/> names.</summary>
    public const int FieldSide = 4;

    /// <summary>What was asked for.</summary>
    public required ReportQuery Query { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Its rows, in order.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>All of them together.</summary>
    public required ProductionFigures Total { get; init; }

    /// <summary>The share of rejects by shift, or by day where there are more than <see cref="ProductionReports.MostTrendShifts"/> shifts.</summary>
    public required ControlChart Trend { get; init; }

    /// <summary>Parts that people said have a defect, by its kind; the name is empty where nobody said which.</summary>
    public required IReadOnlyList<ParetoItem> Kinds { get; init; }

    /// <summary>
    /// Rejects by the field of the frame in which their strongest defect region has its centre: a letter for the column from the left and a number for the row from the top, such as "B3"; the name is empty for
    /// those without a region.
    /// </summary>
    public required IReadOnlyList<ParetoItem> Places { get; init; }

    /// <summary>The same by finer cells, <see cref="ProductionSummary.Places"/>.</summary>
    public required IReadOnlyList<long> PlaceCells { get; init; }

    /// <summary>Parts by score, <see cref="ProductionSummary.Scores"/>.</summary>
    public required IReadOnlyList<long> Scores { get; init; }

    /// <summary>Parts without a verdict by reason, the most frequent first.</summary>
    public required IReadOnlyList<(ReasonCode Reason, long Count)> Reasons { get; init; }

    /// <summary>Newest inspections that are not counted yet, <see cref="ProductionSummary.Uncounted"/>.</summary>
    public required long Uncounted { get; init; }

    /// <summary>Why there is nothing of reviews; null where there is.</summary>
    public LineError? ReviewsMissing { get; init; }
}
