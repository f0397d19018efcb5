namespace AnomalyLine.Inspection.Storage;

/// <summary>What the log knows of a station.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FirstSequence">Sequence of the oldest inspection kept; 1 where there is none.</param>
/// <param name="LastSequence">Sequence of the newest inspection; 0 where there is none.</param>
/// <param name="Recipe">Its newest recipe; null where there is none.</param>
internal sealed record StoredStation(string Name, long FirstSequence, long LastSequence, Recipe? Recipe);
