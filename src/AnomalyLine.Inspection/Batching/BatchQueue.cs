namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// A bounded queue that one thread empties in batches. A place is reserved first and filled or given back later, so that a queue that is full says so
/// before anybody works for it, and one that is closed still takes what was promised a place.
/// </summary>
internal sealed class BatchQueue<T> : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<(T Item, long Since)> _items = new();
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _reserved;
    private bool _delayIsOver;
    private bool _closed;

    public BatchQueue(int capacity, TimeProvider time)
    {
        _capacity = capacity;
        _time = time;
        _timer = time.CreateTimer(static queue => ((BatchQueue<T>)queue!).EndDelay(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Items waiting and places reserved.</summary>
    public int Length
    {
        get
        {
            lock (_gate) return _items.Count + _reserved;
        }
    }

    /// <summary>Takes a place, which <see cref="Fill"/> or <see cref="GiveBack"/> ends.</summary>
    public Admission Reserve()
    {
        lock (_gate)
        {
            if (_closed) return Admission.Closed;
            if (_items.Count + _reserved >= _capacity) return Admission.Full;
            _reserved++;
            return Admission.Reserved;
        }
    }

    /// <summary>Puts an item into a reserved place.</summary>
    public void Fill(T item)
    {
        lock (_gate)
        {
            _reserved--;
            _items.Enqueue((item, _time.GetTimestamp()));
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Gives a reserved place back.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _reserved--;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Reserves and fills at once.</summary>
    public Admission Add(T item)
    {
        var admission = Reserve();
        if (admission == Admission.Reserved) Fill(item);
        return admission;
    }

    /// <summary>No further places; what is waiting and what has a place is still taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for an item and takes up to <paramref name="most"/>; false when the queue is closed and empty for good. One thread only.</summary>
    /// <param name="into">Gets the items; cleared first.</param>
    /// <param name="most">Largest number of items.</param>
    /// <param name="delay">Longest time that the first item waits for others that have a reserved place, from when it was filled in; where no place is reserved it does not wait.</param>
    public bool Take(List<T> into, int most, TimeSpan delay)
    {
        into.Clear();
        lock (_gate)
        {
            while (_items.Count == 0)
            {
                if (_closed && _reserved == 0) return false;
                Monitor.Wait(_gate);
            }

            WaitForMore(most, delay);
            while (into.Count < most && _items.TryDequeue(out var next)) into.Add(next.Item);
            return true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void WaitForMore(int most, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero || _reserved == 0 || _items.Count >= most || _closed) return;
        var remaining = delay - _time.GetElapsedTime(_items.Peek().Since);
        if (remaining <= TimeSpan.Zero) return;
        _delayIsOver = false;
        _timer.Change(remaining, Timeout.InfiniteTimeSpan);
        while (_items.Count < most && _reserved > 0 && !_closed && !_delayIsOver) Monitor.Wait(_gate);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void EndDelay()
    {
        lock (_gate)
        {
            _delayIsOver = true;
            Monitor.Pulse(_gate);
        }
    }
}
