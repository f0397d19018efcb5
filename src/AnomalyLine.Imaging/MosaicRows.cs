using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AnomalyLine.Imaging;

/// <summary>
/// Rows of a Bayer mosaic to blue, green, red: bilinear, each missing colour the mean of its two or four nearest neighbours, halves rounded up: to the bit what OpenCV makes of mosaics of 8 bits, but for the outermost pixels,
/// where OpenCV repeats what is beside them. Stateless; any thread.
/// </summary>
internal static class MosaicRows
{
    /// <summary>Converts a row of 8- or 16-bit values.</summary>
    /// <param name="up">The row above, with one more value at each end: what lies beyond the edge mirrors the second value.</param>
    /// <param name="row">The row, likewise.</param>
    /// <param name="down">The row below, likewise.</param>
    /// <param name="isGreenFirst">Whether its first pixel is green.</param>
    /// <param name="hasRed">Whether its other colour is red rather than blue.</param>
    /// <param name="bgr">Three values a pixel.</param>
    public static void ToBgr<T>(ReadOnlySpan<T> up, ReadOnlySpan<T> row, ReadOnlySpan<T> down, bool isGreenFirst, bool hasRed, Span<T> bgr)
        where T : unmanaged, IBinaryInteger<T>
    {
        var width = bgr.Length / 3;
        ref var above = ref MemoryMarshal.GetReference(up);
        ref var here = ref MemoryMarshal.GetReference(row);
        ref var below = ref MemoryMarshal.GetReference(down);
        ref var target = ref MemoryMarshal.GetReference(bgr);
        var everyOther = typeof(T) == typeof(byte) ? Vector256.Create((ushort)0x00FF).As<ushort, T>() : Vector256.Create(0x0000FFFFu).As<uint, T>();
        var isColour = isGreenFirst ? ~everyOther : everyOther;
        var at = 0;
        for (; at <= width - Vector256<T>.Count; at += Vector256<T>.Count)
        {
            var (left, middle, right) = ((nuint)at, (nuint)at + 1, (nuint)at + 2);
            var own = Vector256.LoadUnsafe(ref here, middle);
            var (before, after) = (Vector256.LoadUnsafe(ref here, left), Vector256.LoadUnsafe(ref here, right));
            var (over, under) = (Vector256.LoadUnsafe(ref above, middle), Vector256.LoadUnsafe(ref below, middle));
            var (across, along) = (Mean(before, after), Mean(over, under));
            var corners = Mean(Vector256.LoadUnsafe(ref above, left), Vector256.LoadUnsafe(ref below, left), Vector256.LoadUnsafe(ref above, right), Vector256.LoadUnsafe(ref below, right));
            var first = Vector256.ConditionalSelect(isColour, own, across);
            var green = Vector256.ConditionalSelect(isColour, Mean(before, after, over, under), own);
            var second = Vector256.ConditionalSelect(isColour, corners, along);
            var (blue, red) = hasRed ? (second, first) : (first, second);
            ref var pixels = ref Unsafe.Add(ref target, at * 3);
            if (typeof(T) == typeof(byte)) ColourInterleaver.Store(blue.AsByte(), green.AsByte(), red.AsByte(), ref Unsafe.As<T, byte>(ref pixels));
            else ColourInterleaver.Store(blue.AsUInt16(), green.AsUInt16(), red.AsUInt16(), ref Unsafe.As<T, ushort>(ref pixels));
        }

        for (; at < width; at++)
        {
            int before = Value(row, at), own = Value(row, at + 1), after = Value(row, at + 2), over = Value(up, at + 1), under = Value(down, at + 1);
            int across = (before + after + 1) >> 1, along = (over + under + 1) >> 1, around = (before + after + over + under + 2) >> 2;
            var corners = (Value(up, at) + Value(down, at) + Value(up, at + 2) + Value(down, at + 2) + 2) >> 2;
            var (first, green, second) = (at % 2 == 0) != isGreenFirst ? (own, around, corners) : (across, own, along);
            bgr[at * 3] = T.CreateTruncating(hasRed ? second : first);
            bgr[(at * 3) + 1] = T.CreateTruncating(green);
            bgr[(at * 3) + 2] = T.CreateTruncating(hasRed ? first : second);
        }
    }

    private static int Value<T>(ReadOnlySpan<T> row, int at)
        where T : unmanaged, IBinaryInteger<T> => int.CreateTruncating(row[at]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Mean<T>(Vector256<T> a, Vector256<T> b)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (!Avx2.IsSupported) return (a | b) - (((a ^ b) >>> 1) & Vector256.Create(T.CreateTruncating(typeof(T) == typeof(byte) ? 0x7F : 0x7FFF)));
        return typeof(T) == typeof(byte) ? Avx2.Average(a.AsByte(), b.AsByte()).As<byte, T>() : Avx2.Average(a.AsUInt16(), b.AsUInt16()).As<ushort, T>();
    }

    /// <summary>The mean of two means is one too high where a half was rounded up twice: where both, or either of the two, were rounded and their sum is odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Mean<T>(Vector256<T> a, Vector256<T> b, Vector256<T> c, Vector256<T> d)
        where T : unmanaged, IBinaryInteger<T>
    {
        var (first, second) = (Mean(a, b), Mean(c, d));
        return Mean(first, second) - (((a ^ b) | (c ^ d)) & (first ^ second) & Vector256.Create(T.One));
    }
}
