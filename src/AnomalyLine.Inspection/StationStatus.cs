namespace AnomalyLine.Inspection;

/// <summary>A station's state at one moment.</summary>
/// <param name="Name">Name, 1..64 characters.</param>
/// <param name="Fault">Why frames are not judged, in words; empty where they are.</param>
/// <param name="Recipe">The active recipe; null where there is none.</param>
/// <param name="LastSequence">Sequence of the newest inspection; 0 where there is none.</param>
/// <param name="Counters">Counts since the line was opened.</param>
/// <param name="QueueLength">Frames waiting for the station's model, those of other stations on the same model included.</param>
public sealed record StationStatus(
    string Name, string Fault, Recipe? Recipe, long LastSequence, StationCounters Counters, int QueueLength)
{
    /// <summary>Frames are judged: an active recipe with a loaded model, and a log that takes records.</summary>
    public bool Ready => Fault.Length == 0;
}
