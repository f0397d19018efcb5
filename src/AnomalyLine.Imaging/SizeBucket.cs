using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace AnomalyLine.Imaging;

/// <summary>Arrays that wait for their next use, by size. Sizes are rounded up by an eighth at most, so that files of nearly the same length share. Any thread.</summary>
/// <typeparam name="T">Kind of value.</typeparam>
internal sealed class SizeBucket<T>
    where T : unmanaged
{
    /// <summary>What waits at most; more than that is of sizes that are no longer asked for.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<int, ConcurrentStack<T[]>> _arrays = new();
    private long _bytes;

    /// <summary>What waits, bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>An array of at least this length.</summary>
    public T[] Take(int length)
    {
        var size = SizeFor(length);
        if (!_arrays.TryGetValue(size, out var stack) || !stack.TryPop(out var array)) return GC.AllocateUninitializedArray<T>(size);
        Interlocked.Add(ref _bytes, -BytesOf(array));
        return array;
    }

    /// <summary>Takes an array that came from <see cref="Take"/>. Where too much waits, all of it goes: what is in use comes again.</summary>
    public void Put(T[] array)
    {
        if (Interlocked.Add(ref _bytes, BytesOf(array)) > MostBytes) Clear();

        _arrays.GetOrAdd(array.Length, static _ => new ConcurrentStack<T[]>()).Push(array);
    }

    /// <summary>Leaves all that waits to the garbage collector.</summary>
    public void Clear()
    {
        foreach (var stack in _arrays.Values)
            while (stack.TryPop(out var old)) Interlocked.Add(ref _bytes, -BytesOf(old));
    }

    /// <summary>The length, rounded up to the next eighth between two powers of two; lengths beyond what an array can have stay.</summary>
    private static int SizeFor(int length)
    {
        var step = 1 << Math.Max(0, BitOperations.Log2((uint)Math.Max(1, length)) - 3);
        return length > Array.MaxLength - step ? length : (length + step - 1) / step * step;
    }

    private static long BytesOf(T[] array) => (long)array.Length * Unsafe.SizeOf<T>();
}
