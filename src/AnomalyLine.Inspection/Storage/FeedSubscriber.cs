using System.Threading.Channels;

namespace AnomalyLine.Inspection.Storage;

/// <summary>A watcher's bounded queue. Offered to by the log's writer under the feed's lock; read by the watcher.</summary>
internal sealed class FeedSubscriber(WatchStart start, int capacity, Action<FeedSubscriber> unsubscribe) : IDisposable
{
    private readonly Channel<InspectionRecord> _queue = Channel.CreateBounded<InspectionRecord>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    /// <summary>Its queue was full once; it gets what was in it, then the exception.</summary>
    public bool IsCutOff { get; private set; }

    public void Offer(InspectionRecord record)
    {
        if (IsCutOff || !start.IsWanted(record.Station, record.Sequence) || _queue.Writer.TryWrite(record)) return;
        IsCutOff = true;
        _queue.Writer.TryComplete(new SubscriberTooSlowException(capacity));
    }

    public void End() => _queue.Writer.TryComplete();

    public IAsyncEnumerable<InspectionRecord> ReadAllAsync(CancellationToken cancellation) => _queue.Reader.ReadAllAsync(cancellation);

    public void Dispose() => unsubscribe(this);
}
