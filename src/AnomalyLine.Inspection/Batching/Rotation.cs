using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// What waits, in a lane for each station: lanes take turns, and a lane gives its items in order, so that nobody waits longer because another lane
/// is long.
/// A lane is made once and kept, so that nothing is allocated for an item. One thread at a time.
/// </summary>
internal sealed class Rotation<T>
{
    private readonly Dictionary<string, Queue<T>> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<Queue<T>> _turns = new();

    /// <summary>Items in all lanes.</summary>
    public int Count { get; private set; }

    /// <summary>Puts an item at the end of a lane.</summary>
    public void Add(string name, T item)
    {
        ref var lane = ref CollectionsMarshal.GetValueRefOrAddDefault(_lanes, name, out _);
        lane ??= new Queue<T>();
        if (lane.Count == 0) _turns.Enqueue(lane);
        lane.Enqueue(item);
        Count++;
    }

    /// <summary>The item that comes next. There is one.</summary>
    public T Peek() => _turns.Peek().Peek();

    /// <summary>Takes the oldest item of the lane whose turn it is; false where nothing waits.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        if (!_turns.TryDequeue(out var lane))
        {
            item = default;
            return false;
        }

        item = lane.Dequeue();
        Count--;
        if (lane.Count > 0) _turns.Enqueue(lane);
        return true;
    }
}
