namespace AnomalyLine.Imaging;

/// <summary>
/// An array that is used again once its only holder is done with it. Whoever else wants to keep what is in it detaches it first: from then on it is the garbage collector's, as any other array.
/// So nothing has to be given back: an array that nobody recycles costs an allocation, no more. Whoever forgot to detach gets an exception. Any thread.
/// </summary>
/// <typeparam name="T">Kind of value.</typeparam>
public sealed class PooledArray<T>
    where T : unmanaged
{
    private const int Pooled = 0, Detached = 1, Recycled = 2;

    private readonly T[] _array;
    private readonly SizeBucket<T>? _shelf;
    private int _state;

    /// <summary>An array of a shelf; null where the garbage collector has it from the beginning.</summary>
    internal PooledArray(T[] array, int length, SizeBucket<T>? shelf)
    {
        (_array, Length, _shelf, _state) = (array, length, shelf, shelf is null ? Detached : Pooled);
    }

    /// <summary>Number of values.</summary>
    public int Length { get; }

    /// <summary>The values; they may be anything before they are written.</summary>
    /// <exception cref="ObjectDisposedException">It was recycled.</exception>
    public Memory<T> Memory => Volatile.Read(ref _state) != Recycled
        ? _array.AsMemory(0, Length)
        : throw new ObjectDisposedException(nameof(PooledArray<>), "Its memory is in use again; detach an array before others are done with it.");

    /// <summary>Leaves the array to the garbage collector, so that it can be kept for as long as it is wanted; false where it was recycled before.</summary>
    public bool Detach() => Interlocked.CompareExchange(ref _state, Detached, Pooled) != Recycled;

    /// <summary>Gives the array to its next user, unless it is detached. For its only holder: nobody may look at it afterwards.</summary>
    /// <returns>Whether it goes back; where not, the garbage collector takes it.</returns>
    public bool Recycle()
    {
        if (Interlocked.CompareExchange(ref _state, Recycled, Pooled) != Pooled) return false;
#if DEBUG
        // Whoever looks too late is to see it.
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(_array.AsSpan()).Fill(0xDB);
#endif
        _shelf!.Put(_array);
        return true;
    }
}
