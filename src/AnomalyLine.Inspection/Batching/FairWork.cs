using System.Diagnostics.CodeAnalysis;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// Does work on threads of its own, so many pieces at a time; where more waits, stations take turns, and none has more than its share at work, so that one with many or expensive pieces leaves
/// room for the others. Not on the threads of the pool: it has as many as cores at first and others only after half a second, in which every connection of the server would wait for a long piece.
/// Threads without work end after a while. Any thread.
/// </summary>
/// <param name="most">Pieces at a time.</param>
/// <param name="mostOfStation">Pieces of one station at a time.</param>
/// <param name="work">Does one; throws nothing.</param>
/// <param name="patience">After so much time without work a thread ends; 30 s by default.</param>
internal sealed class FairWork<T>(int most, int mostOfStation, Action<T> work, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(30);

    /// <summary>Threads wait for work on it, which the lock of the language cannot.</summary>
    private readonly object _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Lanes in which something waits and that have not all of their share at work.</summary>
    private readonly Queue<Lane> _turns = new();
    private int _threads, _idle;

    /// <summary>Queues a piece of work of a station; returns at once.</summary>
    public void Add(string station, T piece)
    {
        lock (_gate)
        {
            if (!_lanes.TryGetValue(station, out var lane)) _lanes.Add(station, lane = new Lane());
            lane.Waiting.Enqueue(piece);
            TakePart(lane);
            Wake();
        }
    }

    /// <summary>Sees to it that somebody takes the next turn: a thread that waits, or a new one.</summary>
    private void Wake()
    {
        if (_turns.Count == 0) return;
        if (_idle > 0) Monitor.Pulse(_gate);
        if (_turns.Count <= _idle || _threads == most) return;
        _threads++;
        new Thread(Run) { IsBackground = true, Name = "Preparation" }.Start();
    }

    private void Run()
    {
        for (Lane? done = null; TryTake(done, out var lane, out var piece); done = lane) work(piece);
    }

    /// <summary>The next piece; false where none came for a while, and the thread ends.</summary>
    private bool TryTake(Lane? done, [NotNullWhen(true)] out Lane? lane, [MaybeNullWhen(false)] out T piece)
    {
        lock (_gate)
        {
            if (done is not null)
            {
                done.Running--;
                TakePart(done);
            }

            while (!_turns.TryDequeue(out lane))
            {
                // A thread counts as idle until it has the lock again: what was added at the very end of its patience is there then.
                _idle++;
                var isWoken = Monitor.Wait(_gate, _patience);
                _idle--;
                if (isWoken || _turns.Count > 0) continue;
                _threads--;
                piece = default;
                return false;
            }

            piece = lane.Waiting.Dequeue();
            lane.Running++;
            lane.HasTurn = false;
            TakePart(lane);
            Wake();
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
