using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace AnomalyLine.Imaging;

/// <summary>Where <see cref="PooledArray{T}"/> come from.</summary>
public static class PooledArrays
{
    /// <summary>Arrays from this size on go to the large object heap, which only full collections clean up; smaller ones are not worth a shelf.</summary>
    private const int LeastBytes = 85_000;

    private static readonly ConcurrentBag<Action> s_trims = [];

    /// <summary>An array that was recycled before, or a new one.</summary>
    /// <param name="length">Number of values, at least 0.</param>
    /// <typeparam name="T">Kind of value.</typeparam>
    public static PooledArray<T> Rent<T>(int length)
        where T : unmanaged => (long)length * Unsafe.SizeOf<T>() < LeastBytes
        ? Of(GC.AllocateUninitializedArray<T>(length))
        : new PooledArray<T>(Shelf<T>.Shared.Take(length), length, Shelf<T>.Shared);

    /// <summary>An array that is the garbage collector's from the beginning.</summary>
    /// <typeparam name="T">Kind of value.</typeparam>
    public static PooledArray<T> Of<T>(T[] array)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(array);
        return new PooledArray<T>(array, array.Length, shelf: null);
    }

    /// <summary>Leaves all arrays that wait for their next use to the garbage collector.</summary>
    public static void Trim()
    {
        foreach (var trim in s_trims) trim();
    }

    private static class Shelf<T>
        where T : unmanaged
    {
        public static readonly SizeBucket<T> Shared = Create();

        private static SizeBucket<T> Create()
        {
            var shelf = new SizeBucket<T>();
            s_trims.Add(shelf.Clear);
            return shelf;
        }
    }
}
