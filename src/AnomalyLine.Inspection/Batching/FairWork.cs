namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// Does work on threads of the pool, so many pieces at a time; where more waits, stations take turns, and none has more than its share at work, so that one with many or expensive pieces leaves
/// room for the others.
/// Any thread.
/// </summary>
/// <param name="most">Pieces at a time.</param>
/// <param name="mostOfStation">Pieces of one station at a time.</param>
/// <param name="work">Does one; throws nothing.</param>
internal sealed class FairWork<T>(int most, int mostOfStation, Action<T> work)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Lanes in which something waits and that have not all of their share at work.</summary>
    private readonly Queue<Lane> _turns = new();
    private int _running;

    /// <summary>Queues a piece of work of a station; returns at once.</summary>
    public void Add(string station, T piece)
    {
        lock (_gate)
        {
            if (!_lanes.TryGetValue(station, out var lane)) _lanes.Add(station, lane = new Lane());
            lane.Waiting.Enqueue(piece);
            TakePart(lane);
            if (_running == most || _turns.Count == 0) return;
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static self => self.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        for (Lane? done = null; TryTake(done, out var lane, out var piece); done = lane) work(piece!);
    }

    private bool TryTake(Lane? done, out Lane? lane, out T? piece)
    {
        lock (_gate)
        {
            if (done is not null)
            {
                done.Running--;
                TakePart(done);
            }

            if (!_turns.TryDequeue(out lane))
            {
                piece = default;
                _running--;
                return false;
            }

            piece = lane.Waiting.Dequeue();
            lane.Running++;
            lane.HasTurn = false;
            TakePart(lane);
            return true;
        }
    }

    private void TakePart(Lane lane)
    {
        if (lane.HasTurn || lane.Waiting.Count == 0 || lane.Running == mostOfStation) return;
        lane.HasTurn = true;
        _turns.Enqueue(lane);
    }

    private sealed class Lane
    {
        public Queue<T> Waiting { get; } = new();

        public int Running { get; set; }

        public bool HasTurn { get; set; }
    }
}
