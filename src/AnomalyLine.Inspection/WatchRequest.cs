namespace AnomalyLine.Inspection;

/// <summary>What a watcher wants to see, and from where on.</summary>
public sealed record WatchRequest
{
    /// <summary>Most inspections of a station that <see cref="Tail"/> can ask for.</summary>
    public const int MaxTail = 100_000;

    /// <summary>Only these stations; empty = all, stations added later included.</summary>
    public IReadOnlyCollection<string> Stations { get; init; } = [];

    /// <summary>By station, the sequence of the last inspection that the caller has seen; 0 = none.</summary>
    public IReadOnlyDictionary<string, long> Cursors { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>For stations without a cursor: replay this many of the newest inspections first, 0..100000.</summary>
    public int Tail { get; init; }
}
