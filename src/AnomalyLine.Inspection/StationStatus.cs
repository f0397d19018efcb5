namespace AnomalyLine.Inspection;

/// <summary>A station's state at one moment.</summary>
/// <param name="Name">Name, 1..64 characters.</param>
/// <param name="Fault">Why frames are not judged, in words; empty where they are.</param>
/// <param name="Recipe">The selected product's recipe; null if there is none.</param>
/// <param name="LastSequence">Sequence of the newest inspection; 0 if there is none.</param>
/// <param name="Counters">Counts since <paramref name="CountersSince"/>.</param>
/// <param name="QueueLength">Frames waiting for the station's model, those of other stations on the same model included.</param>
/// <param name="Mode">Whether the station judges.</param>
/// <param name="ProductId">The selected product, for frames that name none; empty for the default recipe.</param>
/// <param name="NextPart">The part that was announced and no frame has used yet; null if there is none.</param>
/// <param name="CountersSince">When the counters were reset, or the line was opened.</param>
public sealed record StationStatus(
    string Name, string Fault, Recipe? Recipe, long LastSequence, StationCounters Counters, int QueueLength,
    StationMode Mode, string ProductId, NextPart? NextPart, DateTimeOffset CountersSince)
{
    /// <summary>The name that people read, at most 64 characters; empty for the name.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>The name for people.</summary>
    public string ShownName => DisplayName.Length == 0 ? Name : DisplayName;

    /// <summary>What kind of fault it is.</summary>
    public StationFault FaultKind { get; init; }

    /// <summary>How far the newest frame's capture time was ahead of this machine's clock (negative: behind); null where it was not too far.</summary>
    public TimeSpan? CaptureTimeOffset { get; init; }

    /// <summary>Frames are judged: a station that runs, an active recipe with a loaded model, and a log that takes records.</summary>
    public bool Ready => Fault.Length == 0;
}
