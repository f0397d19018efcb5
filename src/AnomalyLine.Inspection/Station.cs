namespace AnomalyLine.Inspection;

/// <summary>
/// A station at work. <see cref="Active"/> is swapped as a whole; sequences belong to the log's writer; counts are read by anybody.
/// </summary>
internal sealed class Station(string name, long firstSequence, long lastSequence)
{
    private volatile ActiveRecipe? _active;
    private long _lastSequence = lastSequence;
    private long _ok;
    private long _notOk;
    private long _notDecidable;

    public string Name { get; } = name;

    /// <summary>What is judged now; null where there is no recipe.</summary>
    public ActiveRecipe? Active
    {
        get => _active;
        set => _active = value;
    }

    /// <summary>Version of the model of the recipe before, which is kept loaded; null where there is none. Under the line's activation.</summary>
    public string? PreviousModelVersion { get; set; }

    /// <summary>Sequence of the newest committed inspection; 0 where there is none.</summary>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Sequence of the oldest inspection in the log. The log's writer only.</summary>
    public long FirstSequence { get; set; } = firstSequence;

    /// <summary>Sequence of the newest inspection in the writer's transaction. The log's writer only.</summary>
    public long AssignedSequence { get; private set; } = lastSequence;

    public StationCounters Counters
    {
        get
        {
            long ok = Interlocked.Read(ref _ok), notOk = Interlocked.Read(ref _notOk), notDecidable = Interlocked.Read(ref _notDecidable);
            return new StationCounters(ok + notOk + notDecidable, ok, notOk, notDecidable);
        }
    }

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

    public StationStatus ToStatus(string logFault)
    {
        var active = Active;
        var fault = logFault.Length != 0 ? logFault : active?.Fault ?? "The station has no active recipe; activate one.";
        return new StationStatus(Name, fault, active?.Recipe, LastSequence, Counters, active?.Worker?.QueueLength ?? 0);
    }
}
