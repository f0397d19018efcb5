using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Forwarding;

/// <summary>Somebody outside who is told of every inspection in the order of the log.</summary>
internal interface IReceiver
{
    /// <summary>Word for it in metrics.</summary>
    string Name { get; }

    /// <summary>Pauses between attempts; the receiver begins them anew where it sees that the other side works.</summary>
    Backoff Backoff { get; }

    /// <summary>Connects, and says what there is to say first.</summary>
    Task<IDelivery> OpenAsync(CancellationToken stopping);

    /// <summary>It cannot be told: for the log. Said once until the reason is another one.</summary>
    void Failed(string reason);
}

/// <summary>A connection to a receiver. One call at a time; one that fails ends it, and the next begins with what was not taken.</summary>
internal interface IDelivery : IAsyncDisposable
{
    /// <summary>Delivers inspections in order.</summary>
    /// <param name="records">The inspections.</param>
    /// <param name="taken">Called for each that the receiver has for certain, in order.</param>
    /// <param name="stopping">Ends it.</param>
    Task DeliverAsync(IReadOnlyList<InspectionRecord> records, Action<InspectionRecord> taken, CancellationToken stopping);

    /// <summary>Tells what changed beside inspections; once a second while none comes.</summary>
    Task IdleAsync(CancellationToken stopping);

    /// <summary>Takes leave, because the server stops.</summary>
    Task LeaveAsync();
}
