namespace AnomalyLine.Inspection.Storage;

/// <summary>What a watcher wants: stations, and by station the sequence after which it begins. Immutable.</summary>
internal sealed class WatchStart
{
    private readonly HashSet<string>? _stations;
    private readonly Dictionary<string, long> _after;

    private readonly long _position;

    private WatchStart(HashSet<string>? stations, Dictionary<string, long> after, long position)
    {
        _position = position;
        _stations = stations;
        _after = after;
    }

    /// <summary>Turns cursors and tail into sequences, with the stations as they are now.</summary>
    /// <param name="request">A checked request.</param>
    /// <param name="stations">All stations.</param>
    /// <param name="removed">Stations that were removed: only what a cursor has not seen of them is wanted.</param>
    /// <param name="position">A position published before; whatever was published after it is looked at.</param>
    public static WatchStart Of(WatchRequest request, IEnumerable<StationLog> stations, IEnumerable<StationLog> removed, long position)
    {
        var filter = request.Stations.Count == 0 ? null : request.Stations.ToHashSet(StringComparer.Ordinal);
        var after = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var station in stations)
        {
            if (filter?.Contains(station.Name) == false) continue;
            after[station.Name] = request.Cursors.TryGetValue(station.Name, out var cursor) ? cursor : Math.Max(0, station.LastSequence - request.Tail);
        }

        foreach (var station in removed)
        {
            if (filter?.Contains(station.Name) == false || after.ContainsKey(station.Name)) continue;
            after[station.Name] = request.Cursors.TryGetValue(station.Name, out var cursor) ? cursor : station.LastSequence;
        }

        return new WatchStart(filter, after, position);
    }

    /// <summary>Whether the watcher gets this inspection. A station that was added later is wanted from its first one on.</summary>
    public bool IsWanted(string station, long sequence)
        => _after.TryGetValue(station, out var after) ? sequence > after : _stations is null;

    /// <summary>The position after which all that is wanted comes.</summary>
    public long FindPosition(LogReader reader)
    {
        var position = _position;
        foreach (var (station, after) in _after)
        {
            if (reader.FirstPositionAfter(station, after) is { } first) position = Math.Min(position, first - 1);
        }

        return position;
    }
}
