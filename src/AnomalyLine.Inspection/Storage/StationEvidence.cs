namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The newest frames and maps of one station within a number of bytes; the oldest go first. Parts that were not Ok have up to half of it for themselves: they are what people come back to, and
/// would otherwise be gone after as few parts as all others.
/// </summary>
internal sealed class StationEvidence(long maxBytes)
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
            lock (_gate) return _latest;
        }
    }

    public EvidenceItem? TryGet(long sequence)
    {
        lock (_gate) return _bySequence.GetValueOrDefault(sequence);
    }

    /// <summary>Keeps an item; one that is larger than the limit by itself is not kept.</summary>
    /// <returns>Bytes of older items that went for it.</returns>
    public long Keep(EvidenceItem item)
    {
        if (SizeOf(item) > maxBytes) return 0;
        long gone = 0;
        lock (_gate)
        {
            Add(item, +1);
            (item.Record.Verdict == Verdict.Ok ? _ok : _others).Enqueue(item);
            _bySequence[item.Record.Sequence] = item;
            _latest = item;
            while (_bytes > maxBytes)
            {
                var oldest = (_othersBytes <= maxBytes / 2 && _ok.Peek() != item ? _ok : _others).Dequeue();
                _bySequence.Remove(oldest.Record.Sequence);
                Add(oldest, -1);
                gone += SizeOf(oldest);
            }
        }

        return gone;
    }

    private void Add(EvidenceItem item, int sign)
    {
        _bytes += sign * SizeOf(item);
        if (item.Record.Verdict != Verdict.Ok) _othersBytes += sign * SizeOf(item);
    }

    private static long SizeOf(EvidenceItem item)
        => item.Frame.Data.Length + (item.Map is { } map ? (long)map.Width * map.Height * sizeof(float) : 0);
}
