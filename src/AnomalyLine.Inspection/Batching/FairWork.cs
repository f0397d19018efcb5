namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// Does work on threads of the pool, so many pieces at a time; where more waits, stations take turns, so that one with many or expensive pieces
/// holds another up by at most one of them.
/// Any thread.
/// </summary>
/// <param name="most">Pieces at a time.</param>
/// <param name="work">Does one; throws nothing.</param>
internal sealed class FairWork<T>(int most, Action<T> work)
{
    private readonly Lock _gate = new();
    private readonly Rotation<T> _waiting = new();
    private int _running;

    /// <summary>Queues a piece of work of a station; returns at once.</summary>
    public void Add(string station, T piece)
    {
        lock (_gate)
        {
            _waiting.Add(station, piece);
            if (_running == most) return;
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static self => self.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        while (TryTake(out var piece)) work(piece!);
    }

    private bool TryTake(out T? piece)
    {
        lock (_gate)
        {
            if (_waiting.TryTake(out piece)) return true;
            _running--;
            return false;
        }
    }
}
