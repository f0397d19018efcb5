using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Stations;

/// <summary>Every inspection in log order, from where a watcher left off, then as they are made. Any thread; each watcher has its own bounded queue.</summary>
public sealed class InspectionFeed
{
    private const int PageSize = 512;
    private readonly Lock _gate = new();
    private readonly List<FeedSubscriber> _subscribers = [];
    private readonly ConcurrentDictionary<string, Station> _stations;
    private readonly ConcurrentDictionary<string, Station> _removed;
    private readonly InspectionLog _log;
    private readonly int _capacity;
    private readonly LineMetrics _metrics;
    private readonly ILogger _logger;
    private long _position;
    private bool _ended;

    internal InspectionFeed(
        ConcurrentDictionary<string, Station> stations, ConcurrentDictionary<string, Station> removed, InspectionLog log,
        long position, int capacity, LineMetrics metrics, ILogger logger)
    {
        _stations = stations;
        _removed = removed;
        _log = log;
        _position = position;
        _capacity = capacity;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>
    /// Replays what the log has after the cursors, then goes on live, without a gap or a duplicate between the two. It ends when the line stops.
    /// Enumerating throws <see cref="SubscriberTooSlowException"/> when the watcher falls too far behind.
    /// A cursor older than what the log still keeps continues with the oldest kept inspection: the jump in its sequence shows it.
    /// </summary>
    /// <returns>
    /// The inspections, or <see cref="LineErrorCode.StationNotFound"/>, <see cref="LineErrorCode.CursorAhead"/>, <see cref="LineErrorCode.InvalidWatch"/>.
    /// </returns>
    public Outcome<IAsyncEnumerable<InspectionRecord>> Watch(WatchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Check(request) is { } error) return error;

        // The position before the stations: a station that is not among them has nothing up to it.
        var position = Published();
        var start = WatchStart.Of(request, _stations.Values, _removed.Values, position);
        return new Outcome<IAsyncEnumerable<InspectionRecord>>(WatchAsync(start, CancellationToken.None));
    }

    /// <summary>Hands committed inspections to all subscribers; in log order, by the log's writer only.</summary>
    internal void Publish(ReadOnlySpan<LogEntry> entries)
    {
        lock (_gate)
        {
            foreach (var subscriber in _subscribers)
            {
                foreach (var entry in entries) subscriber.Offer(entry.Record);
            }

            var cutOff = _subscribers.RemoveAll(static subscriber => subscriber.IsCutOff);
            for (; cutOff > 0; cutOff--)
            {
                _metrics.CutOff();
                LineEvents.SubscriberCutOff(_logger, _capacity);
            }

            _position = entries[^1].Record.Position;
        }
    }

    /// <summary>Ends all watching after what was published.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var subscriber in _subscribers) subscriber.End();
            _subscribers.Clear();
        }
    }

    private LineError? Check(WatchRequest request)
    {
        if (request.Tail is < 0 or > WatchRequest.MaxTail)
        {
            return new LineError(LineErrorCode.InvalidWatch, $"The tail of {request.Tail} inspections is outside 0..{WatchRequest.MaxTail}.");
        }

        foreach (var station in request.Stations)
        {
            if (!_stations.ContainsKey(station)) return LineErrors.StationNotFound(station);
        }

        foreach (var (station, after) in request.Cursors)
        {
            if (after < 0) return new LineError(LineErrorCode.InvalidWatch, $"The cursor {after} of station '{station}' is negative; 0 stands for none seen.");
            var last = _stations.TryGetValue(station, out var known) || _removed.TryGetValue(station, out known) ? known.LastSequence : 0;
            if (after <= last) continue;
            return new LineError(
                LineErrorCode.CursorAhead,
                $"The cursor {after} of station '{station}' is ahead of its newest inspection {last}: the log was replaced. Start again without cursors.");
        }

        return null;
    }

    private async IAsyncEnumerable<InspectionRecord> WatchAsync(WatchStart start, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // First without a queue, so that a long replay cannot overflow it. Only what is published: a cursor of something that is committed but not yet
        // published would be ahead for the next watch.
        var position = Replay(start.FindPosition);
        for (var isLast = false; !isLast;)
        {
            var page = ReadPage(start, position, Published());
            foreach (var record in page.Records) yield return record;
            cancellation.ThrowIfCancellationRequested();
            (position, isLast) = (page.LastPosition, page.IsLast);
        }

        // Then up to the seam from the log, and after it from the queue.
        using var subscription = Subscribe(start, out var seam);
        for (var isLast = false; !isLast;)
        {
            var page = ReadPage(start, position, seam);
            foreach (var record in page.Records) yield return record;
            (position, isLast) = (page.LastPosition, page.IsLast);
        }

        await foreach (var record in subscription.ReadAllAsync(cancellation)) yield return record;
    }

    private long Published()
    {
        lock (_gate) return _position;
    }

    private LogPage ReadPage(WatchStart start, long position, long upto)
        => Replay(reader => reader.ReadForward(position, upto, PageSize, start.IsWanted)) ?? new LogPage([], position, IsLast: true);

    /// <summary>Reads the log, or gives the default where the line has stopped.</summary>
    private T? Replay<T>(Func<LogReader, T> query)
    {
        try
        {
            return _log.Read(query);
        }
        catch (ObjectDisposedException)
        {
            // The watch then ends with its subscription, which has ended too.
            return default;
        }
    }

    private FeedSubscriber Subscribe(WatchStart start, out long seam)
    {
        lock (_gate)
        {
            var subscriber = new FeedSubscriber(start, _capacity, Unsubscribe);
            seam = _position;
            if (_ended) subscriber.End();
            else _subscribers.Add(subscriber);
            _metrics.Subscribed(1);
            return subscriber;
        }
    }

    private void Unsubscribe(FeedSubscriber subscriber)
    {
        lock (_gate) _subscribers.Remove(subscriber);
        _metrics.Subscribed(-1);
    }
}
