using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Samples;

/// <summary>Chooses among the frames of one station by its policy. One thread at a time: the one that writes the log.</summary>
internal sealed class StationCollection
{
    private const int RememberedParts = 4096;

    private readonly Queue<string> _parts = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private EvidenceItem? _nearest;
    private long _ok;
    private DateTimeOffset _intervalStart;
    private DateTimeOffset _lastNth = DateTimeOffset.MinValue;

    /// <summary>Whether it may choose the frame later.</summary>
    public bool Holds(EvidenceItem item) => ReferenceEquals(_nearest, item);

    /// <summary>What of this frame, and of those before, is to be kept now.</summary>
    public IEnumerable<(EvidenceItem Item, SampleReason Reason)> Offer(EvidenceItem item, CollectionPolicy policy)
    {
        if (!policy.Enabled) return [];
        return item.Record.Verdict switch
        {
            Verdict.NotOk when policy.AllNotOk => [(item, SampleReason.NotOk)],
            Verdict.Ok => OfferOk(item, policy),
            _ => [],
        };
    }

    private List<(EvidenceItem Item, SampleReason Reason)> OfferOk(EvidenceItem item, CollectionPolicy policy)
    {
        var kept = new List<(EvidenceItem, SampleReason)>(2);
        var now = item.Record.CompletionTime;
        var interval = TimeSpan.FromSeconds(policy.IntervalSeconds);
        if (interval > TimeSpan.Zero)
        {
            if (_nearest is { } nearest && now - _intervalStart >= interval)
            {
                if (Remember(nearest.Record.PartId)) kept.Add((nearest, SampleReason.NearThreshold));
                _nearest = null;
            }

            if (_nearest is null) _intervalStart = now;
            if (_nearest is null || Distance(item) < Distance(_nearest)) _nearest = item;
        }

        // Inspections come in log order, which is not always that of their completion: without an interval time must not count.
        if (policy.EveryNthOk > 0 && ++_ok >= policy.EveryNthOk && (interval == TimeSpan.Zero || now - _lastNth >= interval) && Remember(item.Record.PartId))
        {
            kept.Add((item, SampleReason.EveryNth));
            (_ok, _lastNth) = (0, now);
            if (ReferenceEquals(_nearest, item)) _nearest = null;
        }

        return kept;
    }

    private static float Distance(EvidenceItem item) => Math.Abs(item.Record.Threshold - item.Record.Score);

    /// <summary>Whether the part is none of the last ones that were kept; parts without identity always are.</summary>
    private bool Remember(string part)
    {
        if (part.Length == 0) return true;
        if (!_known.Add(part)) return false;
        _parts.Enqueue(part);
        if (_parts.Count > RememberedParts) _known.Remove(_parts.Dequeue());
        return true;
    }
}
