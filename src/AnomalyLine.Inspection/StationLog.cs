namespace AnomalyLine.Inspection;

/// <summary>A station's place in the log: its sequences, which belong to the log's writer, and its counts, which are read by anybody.</summary>
internal abstract class StationLog(string name, long firstSequence, long lastSequence)
{
    private long _lastSequence = lastSequence;
    private long _ok;
    private long _notOk;
    private long _notDecidable;

    public string Name { get; } = name;

    /// <summary>When the station was removed; null where it was not.</summary>
    public abstract DateTimeOffset? RemovalTime { get; }

    /// <summary>Sequence of the newest committed inspection; 0 if there is none.</summary>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Sequence of the oldest inspection in the log. The log's writer only.</summary>
    public long FirstSequence { get; set; } = firstSequence;

    /// <summary>Sequence of the newest inspection in the writer's transaction. The log's writer only.</summary>
    public long AssignedSequence { get; private set; } = lastSequence;

    /// <summary>The next sequence, for the running transaction. The log's writer only.</summary>
    public long AssignNext() => ++AssignedSequence;

    /// <summary>The transaction failed: its sequences are given again. The log's writer only.</summary>
    public void ForgetAssigned() => AssignedSequence = LastSequence;

    /// <summary>An inspection was committed. The log's writer only.</summary>
    public void Count(InspectionRecord record)
    {
        switch (record.Verdict)
        {
            case Verdict.Ok:
                Interlocked.Increment(ref _ok);
                break;
            case Verdict.NotOk:
                Interlocked.Increment(ref _notOk);
                break;
            default:
                Interlocked.Increment(ref _notDecidable);
                break;
        }

        Volatile.Write(ref _lastSequence, record.Sequence);
    }

    /// <summary>What was counted beyond an earlier count.</summary>
    protected StationCounters CountFrom(StationCounters start)
    {
        var ok = Interlocked.Read(ref _ok) - start.Ok;
        var notOk = Interlocked.Read(ref _notOk) - start.NotOk;
        var notDecidable = Interlocked.Read(ref _notDecidable) - start.NotDecidable;
        return new StationCounters(ok + notOk + notDecidable, ok, notOk, notDecidable);
    }
}
