using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AnomalyLine.Imaging;

/// <summary>
/// Rows of a Bayer mosaic of 16-bit values to blue, green, red: bilinear, each missing colour the mean of its two or four nearest neighbours, rounded up at each halving, so at most one level above the exact mean.
/// OpenCV has vectors for mosaics of 8 bits alone. Stateless; any thread.
/// </summary>
internal static class MosaicRows
{
    private const int PixelsAtOnce = 8;
    private const ushort None = 0xFFFF;

    /// <summary>Converts a row.</summary>
    /// <param name="up">The row above, with one more value at each end: what lies beyond the edge mirrors the second value.</param>
    /// <param name="row">The row, likewise.</param>
    /// <param name="down">The row below, likewise.</param>
    /// <param name="isGreenFirst">Whether its first pixel is green.</param>
    /// <param name="hasRed">Whether its other colour is red rather than blue.</param>
    /// <param name="bgr">Three values a pixel.</param>
    public static void ToBgr(ReadOnlySpan<ushort> up, ReadOnlySpan<ushort> row, ReadOnlySpan<ushort> down, bool isGreenFirst, bool hasRed, Span<ushort> bgr)
    {
        var width = bgr.Length / 3;
        ref var above = ref MemoryMarshal.GetReference(up);
        ref var here = ref MemoryMarshal.GetReference(row);
        ref var below = ref MemoryMarshal.GetReference(down);
        ref var target = ref MemoryMarshal.GetReference(bgr);
        var isColour = Vector128.Create(isGreenFirst ? 0xFFFF0000u : 0x0000FFFFu).AsUInt16();
        var at = 0;
        for (; at <= width - PixelsAtOnce; at += PixelsAtOnce)
        {
            var (left, middle, right) = ((nuint)at, (nuint)at + 1, (nuint)at + 2);
            var own = Vector128.LoadUnsafe(ref here, middle);
            var across = Mean(Vector128.LoadUnsafe(ref here, left), Vector128.LoadUnsafe(ref here, right));
            var along = Mean(Vector128.LoadUnsafe(ref above, middle), Vector128.LoadUnsafe(ref below, middle));
            var corners = Mean(
                Mean(Vector128.LoadUnsafe(ref above, left), Vector128.LoadUnsafe(ref below, left)), Mean(Vector128.LoadUnsafe(ref above, right), Vector128.LoadUnsafe(ref below, right)));
            var first = Vector128.ConditionalSelect(isColour, own, across);
            var green = Vector128.ConditionalSelect(isColour, Mean(across, along), own);
            var second = Vector128.ConditionalSelect(isColour, corners, along);
            var (blue, red) = hasRed ? (second, first) : (first, second);
            Store(blue, green, red, ref target, (nuint)(at * 3));
        }

        for (; at < width; at++)
        {
            int own = row[at + 1], across = Mean(row[at], row[at + 2]), along = Mean(up[at + 1], down[at + 1]), corners = Mean(Mean(up[at], down[at]), Mean(up[at + 2], down[at + 2]));
            var (first, green, second) = (at % 2 == 0) != isGreenFirst ? (own, Mean(across, along), corners) : (across, own, along);
            bgr[at * 3] = (ushort)(hasRed ? second : first);
            bgr[(at * 3) + 1] = (ushort)green;
            bgr[(at * 3) + 2] = (ushort)(hasRed ? first : second);
        }
    }

    /// <summary>Eight pixels, colour by colour, to pixel by pixel.</summary>
    private static void Store(Vector128<ushort> blue, Vector128<ushort> green, Vector128<ushort> red, ref ushort target, nuint at)
    {
        (Vector128.Shuffle(blue, Vector128.Create(0, None, None, 1, None, None, 2, None)) | Vector128.Shuffle(green, Vector128.Create(None, 0, None, None, 1, None, None, 2))
            | Vector128.Shuffle(red, Vector128.Create(None, None, 0, None, None, 1, None, None))).StoreUnsafe(ref target, at);
        (Vector128.Shuffle(blue, Vector128.Create(None, 3, None, None, 4, None, None, 5)) | Vector128.Shuffle(green, Vector128.Create(None, None, 3, None, None, 4, None, None))
            | Vector128.Shuffle(red, Vector128.Create(2, None, None, 3, None, None, 4, None))).StoreUnsafe(ref target, at + 8);
        (Vector128.Shuffle(blue, Vector128.Create(None, None, 6, None, None, 7, None, None)) | Vector128.Shuffle(green, Vector128.Create(5, None, None, 6, None, None, 7, None))
            | Vector128.Shuffle(red, Vector128.Create(None, 5, None, None, 6, None, None, 7))).StoreUnsafe(ref target, at + 16);
    }

    private static Vector128<ushort> Mean(Vector128<ushort> a, Vector128<ushort> b) => Sse2.IsSupported ? Sse2.Average(a, b) : (a | b) - Vector128.ShiftRightLogical(a ^ b, 1);

    private static int Mean(int a, int b) => (a + b + 1) >> 1;
}
