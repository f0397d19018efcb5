namespace AnomalyLine.Inspection;

/// <summary>Counts what is under way, and waits for its end once it is closed. Any thread.</summary>
internal sealed class FlightGate
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>Whether it is open; <see cref="Exit"/> then ends the flight.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _count++;
            return true;
        }
    }

    public void Exit()
    {
        lock (_gate)
        {
            if (--_count == 0 && _closed) _landed.TrySetResult();
        }
    }

    /// <summary>Lets nothing further in; done when everything is out.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_count == 0) _landed.TrySetResult();
            return _landed.Task;
        }
    }
}
