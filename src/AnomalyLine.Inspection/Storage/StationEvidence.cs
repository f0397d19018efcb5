namespace AnomalyLine.Inspection.Storage;

/// <summary>The newest frames and maps of one station within a number of bytes; the oldest go first.</summary>
internal sealed class StationEvidence(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<EvidenceItem> _byAge = new();
    private readonly Dictionary<long, EvidenceItem> _bySequence = [];
    private EvidenceItem? _latest;
    private long _bytes;

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
        var bytes = SizeOf(item);
        if (bytes > maxBytes) return 0;
        long gone = 0;
        lock (_gate)
        {
            _byAge.Enqueue(item);
            _bySequence[item.Record.Sequence] = item;
            _latest = item;
            for (_bytes += bytes; _bytes > maxBytes;)
            {
                var oldest = _byAge.Dequeue();
                _bySequence.Remove(oldest.Record.Sequence);
                _bytes -= SizeOf(oldest);
                gone += SizeOf(oldest);
            }
        }

        return gone;
    }

    private static long SizeOf(EvidenceItem item)
        => item.Frame.Data.Length + (item.Map is { } map ? (long)map.Width * map.Height * sizeof(float) : 0);
}
