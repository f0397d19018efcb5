namespace AnomalyLine.Inspection;

/// <summary>What the inspections of one interval of time were.</summary>
/// <param name="Start">Where the interval begins (UTC).</param>
/// <param name="Inspected">All of them.</param>
/// <param name="Score">Scores, of those that the model judged.</param>
/// <param name="Threshold">Thresholds, of all.</param>
/// <param name="Margin">Thresholds less scores, of those that the model judged.</param>
/// <param name="TotalMs">Milliseconds from arrival to verdict, of all.</param>
public sealed record HistoryInterval(DateTimeOffset Start, long Inspected, Spread Score, Spread Threshold, Spread Margin, Spread TotalMs);
