using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnomalyLine.Inspection.Storage;

namespace AnomalyLine.Inspection;

/// <summary>Frames and anomaly maps of each station's last inspections, in memory, within <see cref="LineOptions.EvidenceBytesPerStation"/>. Any thread.</summary>
public sealed class Evidence
{
    private static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, StationEvidence> _stations = new(StringComparer.Ordinal);
    private readonly long _bytesPerStation;
    private readonly TimeProvider _time;
    private ImmutableList<Func<EvidenceItem, bool>> _observers = [];
    private long _gone;
    private long _collected;

    internal Evidence(long bytesPerStation, TimeProvider time)
    {
        _bytesPerStation = bytesPerStation;
        _time = time;
        _collected = time.GetTimestamp();
    }

    /// <summary>What there is of an inspection; null once it is no longer kept, or where its frame could not be read.</summary>
    public EvidenceItem? TryGet(string station, long sequence)
        => _stations.TryGetValue(station, out var evidence) ? evidence.TryGet(sequence) : null;

    /// <summary>What there is of the station's newest inspection whose frame is kept; null where there is none.</summary>
    public EvidenceItem? Latest(string station) => _stations.TryGetValue(station, out var evidence) ? evidence.Latest : null;

    /// <summary>
    /// Has an observer called with the frame of each inspection from now on, once it is committed, in log order, on the thread that writes the log: it returns
    /// at once, waits for nothing, throws nothing, and leaves all work to a thread of its own. It says whether it keeps the frame or the map: where nobody does, their memory is used
    /// again for later frames.
    /// </summary>
    public void Observe(Func<EvidenceItem, bool> observer) => ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);

    internal void Keep(LogEntry entry)
    {
        if (entry.Frame is null) return;
        var item = new EvidenceItem(entry.Record, entry.Frame, entry.Map, entry.PixelThreshold);
        foreach (var observer in _observers)
            if (observer(item)) item.Detach();
        Forget(_stations.GetOrAdd(entry.Station.Name, static (_, bytes) => new StationEvidence(bytes), _bytesPerStation).Keep(item));
    }

    /// <summary>
    /// What is not used again has grown old, and the collector lets old memory grow to several times what is in use before it looks at it. A collection in the background each time as
    /// much of it has gone as one station may keep, at most every two seconds, holds the process at about twice its evidence.
    /// </summary>
    private void Forget(long bytes)
    {
        if (bytes == 0 || Interlocked.Add(ref _gone, bytes) < _bytesPerStation) return;
        var last = Interlocked.Read(ref _collected);
        if (_time.GetElapsedTime(last) < CollectionInterval || Interlocked.CompareExchange(ref _collected, _time.GetTimestamp(), last) != last) return;
        Interlocked.Exchange(ref _gone, 0);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }
}
