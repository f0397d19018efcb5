using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>A station's newest inspections at a moment. Immutable.</summary>
/// <param name="Timestamp">When, by the clock's counter.</param>
/// <param name="LastSequence">Number of the newest inspection that is among them for certain.</param>
/// <param name="Found">They.</param>
internal sealed record NewestParts(long Timestamp, long LastSequence, LogFound Found);
