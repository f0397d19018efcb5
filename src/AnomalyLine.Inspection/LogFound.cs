namespace AnomalyLine.Inspection;

/// <summary>What a search of the log found.</summary>
/// <param name="Records">Newest first.</param>
/// <param name="Next">The <see cref="LogSearch.BeforeSequence"/> to go on with; null where the log has nothing older.</param>
public sealed record LogFound(IReadOnlyList<InspectionRecord> Records, long? Next);
