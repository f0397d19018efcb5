using System.Collections.Concurrent;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Console;

/// <summary>
/// The last inspections of each station, for all who look at a page: one subscriber of the feed, however many they are. Pages that stay open are shown the same state within
/// <see cref="SharedFor"/>, so that they ask for the same pictures and one search of the log serves them all.
/// </summary>
internal sealed class RecentInspections(LineHost host, TimeProvider time) : BackgroundService
{
    /// <summary>How long pages are shown the same.</summary>
    public static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(500);

    private const int StripLength = 10;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, NewestParts> _newest = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RecentOfStation> _stations = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<InspectionRecord> _rejected = [];
    private LineView? _shared;

    /// <summary>The line as it is now.</summary>
    public LineView Look() => new(time.GetTimestamp(), host.Stations, _stations.ToDictionary(StringComparer.Ordinal), _rejected);

    /// <summary>The line as it is or was at most <see cref="SharedFor"/> ago.</summary>
    public LineView LookShared()
    {
        lock (_lock)
            return _shared is { } shared && time.GetElapsedTime(shared.Timestamp) < SharedFor ? shared : _shared = Look();
    }

    /// <summary>A station's newest parts as they are or were at most <see cref="SharedFor"/> ago.</summary>
    /// <param name="station">Its name.</param>
    /// <param name="count">How many; the same for all who ask.</param>
    /// <param name="lastSequence">Its number of inspections as far as the caller knows.</param>
    public NewestParts NewestShared(string station, int count, long lastSequence)
    {
        lock (_lock)
        {
            if (_newest.TryGetValue(station, out var newest) && (newest.LastSequence >= lastSequence || time.GetElapsedTime(newest.Timestamp) < SharedFor)) return newest;
            return _newest[station] = new NewestParts(time.GetTimestamp(), lastSequence, host.Line.Log.Find(new LogSearch { Station = station }, count));
        }
    }

    private RecentOfStation Of(string station) => _stations.GetValueOrDefault(station) ?? RecentOfStation.None;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Whatever was missed is not worth showing: start with the newest.
                await foreach (var record in host.Line.Feed.Watch(new WatchRequest { Tail = RecentOfStation.Kept }).Value.WithCancellation(stoppingToken)) Add(record);
                return;
            }
            catch (SubscriberTooSlowException)
            {
                _stations.Clear();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Add(InspectionRecord record)
    {
        _stations[record.Station] = Of(record.Station).With(record);
        if (record.Verdict == Verdict.Ok) return;

        // A station that cannot judge says the same of each part: the newest stands for all of them, else they would push out the others' rejects.
        var others = record.Verdict == Verdict.NotDecidable ? _rejected.Where(other => other.Station != record.Station || other.ReasonCode != record.ReasonCode) : _rejected;
        _rejected = [record, .. others.Take(StripLength - 1)];
    }
}
