namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The newest frames and maps of one station within a number of bytes; the oldest go first. Parts that were not Ok have up to half of it for themselves: they are what people come back to, and
/// would otherwise be gone after as few parts as all others.
/// </summary>
internal sealed class StationEvidence
{
    private readonly Lock _gate = new();
    private readonly Queue<EvidenceItem> _ok = new();
    private readonly Queue<EvidenceItem> _others = new();
    private readonly Dictionary<long, EvidenceItem> _bySequence = [];
    private EvidenceItem? _latest;
    private long _bytes;
    private long _othersBytes;

    public EvidenceItem? Latest
    {
        get
        {
            lock (_gate) return Lend(_latest);
        }
    }

    public EvidenceItem? TryGet(long sequence)
    {
        lock (_gate) return Lend(_bySequence.GetValueOrDefault(sequence));
    }

    /// <summary>Keeps an item; one that is larger than the limit by itself is not kept. What goes is recycled.</summary>
    /// <param name="item">The newest.</param>
    /// <param name="maxBytes">What may be kept with it.</param>
    /// <returns>Bytes that are left to the garbage collector.</returns>
    public long Keep(EvidenceItem item, long maxBytes)
    {
        if (item.Bytes > maxBytes) return item.Recycle();
        long gone = 0;
        lock (_gate)
        {
            Add(item, +1);
            (item.Record.Verdict == Verdict.Ok ? _ok : _others).Enqueue(item);
            _bySequence[item.Record.Sequence] = item;
            _latest = item;
            while (_bytes > maxBytes) gone += Drop(OldestBut(item, maxBytes));
        }

        return gone;
    }

    /// <summary>Lets the oldest go until no more than this is left.</summary>
    /// <returns>Bytes that are left to the garbage collector.</returns>
    public long Trim(long maxBytes)
    {
        long gone = 0;
        lock (_gate)
            while (_bytes > maxBytes && (_ok.TryDequeue(out var oldest) || _others.TryDequeue(out oldest))) gone += Drop(oldest);
        return gone;
    }

    private long Drop(EvidenceItem oldest)
    {
        _bySequence.Remove(oldest.Record.Sequence);
        if (ReferenceEquals(oldest, _latest)) _latest = null;
        Add(oldest, -1);
        return oldest.Recycle();
    }

    /// <summary>Takes the oldest item of the kind that has more than its share; never the one that all others make room for.</summary>
    private EvidenceItem OldestBut(EvidenceItem item, long maxBytes)
    {
        var isOk = _ok.TryPeek(out var ok) && !ReferenceEquals(ok, item) && (_othersBytes <= maxBytes / 2 || ReferenceEquals(_others.Peek(), item));
        return (isOk ? _ok : _others).Dequeue();
    }

    private void Add(EvidenceItem item, int sign)
    {
        _bytes += sign * item.Bytes;
        if (item.Record.Verdict != Verdict.Ok) _othersBytes += sign * item.Bytes;
    }

    /// <summary>An item for somebody who keeps it for as long as they like.</summary>
    private static EvidenceItem? Lend(EvidenceItem? item)
    {
        item?.Detach();
        return item;
    }
}
