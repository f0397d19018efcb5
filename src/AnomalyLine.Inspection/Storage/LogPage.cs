namespace AnomalyLine.Inspection.Storage;

/// <summary>Some of the log in log order.</summary>
/// <param name="Records">The wanted ones.</param>
/// <param name="LastPosition">Position of the last row that was looked at; go on after it.</param>
/// <param name="IsLast">There was nothing after it.</param>
internal sealed record LogPage(IReadOnlyList<InspectionRecord> Records, long LastPosition, bool IsLast);
