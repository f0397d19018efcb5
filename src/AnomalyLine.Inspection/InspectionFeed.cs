namespace AnomalyLine.Inspection;

/// <summary>Every inspection in log order, from where a watcher left off, then as they are made. Any thread; each watcher has its own bounded queue.</summary>
public sealed class InspectionFeed
{
    internal InspectionFeed()
    {
    }

    /// <summary>
    /// Replays what the log has after the cursors, then goes on live, without a gap or a duplicate between the two. It ends when the line stops.
    /// Enumerating throws <see cref="SubscriberTooSlowException"/> when the watcher falls too far behind.
    /// A cursor older than what the log still keeps continues with the oldest kept inspection: the jump in its sequence shows it.
    /// </summary>
    /// <returns>
    /// The inspections, or <see cref="LineErrorCode.StationNotFound"/>, <see cref="LineErrorCode.CursorAhead"/>, <see cref="LineErrorCode.InvalidWatch"/>.
    /// </returns>
    public Outcome<IAsyncEnumerable<InspectionRecord>> Watch(WatchRequest request) => throw new NotSupportedException();
}
