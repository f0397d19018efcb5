using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Stations;

/// <summary>Frames and anomaly maps of each station's last inspections, in memory, within <see cref="LineOptions.EvidenceBytesPerStation"/> and <see cref="LineOptions.EvidenceBytes"/>. Any thread.</summary>
public sealed class Evidence
{
    private static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, StationEvidence> _stations = new(StringComparer.Ordinal);
    private readonly long _bytesPerStation;
    private readonly long _bytes;
    private readonly TimeProvider _time;
    private readonly LineMetrics _metrics;
    private readonly ILogger _logger;
    private ImmutableList<EvidenceObserver> _observers = [];
    private long _gone;
    private long _collected;

    internal Evidence(long bytesPerStation, long bytes, TimeProvider time, LineMetrics metrics, ILogger logger)
    {
        (_bytesPerStation, _bytes, _time, _metrics, _logger) = (bytesPerStation, bytes, time, metrics, logger);
        _collected = time.GetTimestamp();
    }

    /// <summary>What there is of an inspection; null once it is no longer kept, or where its frame could not be read.</summary>
    public EvidenceItem? TryGet(string station, long sequence)
        => _stations.TryGetValue(station, out var evidence) ? evidence.TryGet(sequence) : null;

    /// <summary>What there is of the station's newest inspection whose frame is kept; null if there is none.</summary>
    public EvidenceItem? Latest(string station) => _stations.TryGetValue(station, out var evidence) ? evidence.Latest : null;

    /// <summary>Why observers were taken off, a sentence each; empty where all of them work.</summary>
    public IReadOnlyList<string> Faults => [.. _observers.Select(static observer => observer.Fault).Where(static fault => fault.Length != 0)];

    /// <summary>
    /// Has an observer called with the frame of each inspection from now on, once it is committed, in log order, on the thread that writes the log: it returns
    /// at once, waits for nothing, and leaves all work to a thread of its own. It says whether it keeps the frame or the map: where nobody does,
    /// their memory is used
    /// again for later frames. What it throws is logged once, and it is taken off after ten failures in a row (<see cref="Faults"/>); frames go on.
    /// </summary>
    /// <param name="name">What it is, for people: the start of a sentence.</param>
    /// <param name="observe">Takes an inspection.</param>
    public void Observe(string name, Func<EvidenceItem, bool> observe) =>
        ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), new EvidenceObserver(name, observe, _metrics, _logger));

    /// <summary>Forgets what is kept of a station.</summary>
    internal void Forget(string station) => _stations.TryRemove(station, out _);

    internal void Keep(LogEntry entry)
    {
        if (entry.Frame is null) return;
        var item = new EvidenceItem(entry.Record, entry.Frame, entry.Map, entry.PixelThreshold) { Area = entry.Area };
        foreach (var observer in _observers)
            if (observer.Offer(item)) item.Detach();
        Forget(Of(entry.Station.Name).Keep(item, Share));
    }

    /// <summary>What one station may keep now, bytes.</summary>
    private long Share => Math.Min(_bytesPerStation, _bytes / Math.Max(1, _stations.Count));

    private StationEvidence Of(string station)
    {
        if (_stations.TryGetValue(station, out var known)) return known;
        var evidence = _stations[station] = new StationEvidence();

        // One more to share with: those that get no frames any more make room too.
        var share = Share;
        if (share < _bytesPerStation) Forget(_stations.Values.Sum(other => other.Trim(share)));
        return evidence;
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
