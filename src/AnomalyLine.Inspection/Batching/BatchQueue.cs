using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// A queue that one thread empties in batches, with a bounded lane for each station: lanes take turns when a batch is filled, and what one of them
/// is full of takes no place of another.
/// A place is reserved first and filled or given back later, so that a lane that is full says so before anybody works for it, and a queue that is
/// closed still takes what was promised a place.
/// </summary>
internal sealed class BatchQueue<T> : IDisposable
{
    private readonly object _gate = new();
    private readonly Rotation<(T Item, string Lane, long Since)> _items = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _reserved;
    private bool _delayIsOver;
    private bool _closed;

    /// <param name="capacity">Places of each lane.</param>
    /// <param name="time">The clock.</param>
    public BatchQueue(int capacity, TimeProvider time)
    {
        _capacity = capacity;
        _time = time;
        _timer = time.CreateTimer(static queue => ((BatchQueue<T>)queue!).EndDelay(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Items waiting and places reserved, in all lanes.</summary>
    public int Length
    {
        get
        {
            lock (_gate) return _items.Count + _reserved;
        }
    }

    /// <summary>Takes a place of a lane, which <see cref="Fill"/> or <see cref="GiveBack"/> ends.</summary>
    public Admission Reserve(string lane)
    {
        lock (_gate)
        {
            if (_closed) return Admission.Closed;
            ref var taken = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, lane, out _);
            if (taken >= _capacity) return Admission.Full;
            taken++;
            _reserved++;
            return Admission.Reserved;
        }
    }

    /// <summary>Puts an item into a reserved place of its lane.</summary>
    public void Fill(string lane, T item)
    {
        lock (_gate)
        {
            _reserved--;
            _items.Add(lane, (item, lane, _time.GetTimestamp()));
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Gives a reserved place of a lane back.</summary>
    public void GiveBack(string lane)
    {
        lock (_gate)
        {
            _reserved--;
            Free(lane);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Reserves and fills at once.</summary>
    public Admission Add(string lane, T item)
    {
        var admission = Reserve(lane);
        if (admission == Admission.Reserved) Fill(lane, item);
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

    /// <summary>
    /// Waits for an item and takes up to <paramref name="most"/>, one of each lane in turn; false when the queue is closed and empty for good. One
    /// thread only.
    /// </summary>
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
            while (into.Count < most && _items.TryTake(out var next))
            {
                Free(next.Lane);
                into.Add(next.Item);
            }

            return true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Free(string lane) => CollectionsMarshal.GetValueRefOrNullRef(_taken, lane)--;

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
