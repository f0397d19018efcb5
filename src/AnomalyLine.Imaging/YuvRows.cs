using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AnomalyLine.Imaging;

/// <summary>
/// Rows of YCbCr 4:2:2 (two pixels share their colour) to blue, green, red: full range, 0..255 each, by ITU-R BT.601 as JPEG has it (JFIF 1.02):
/// R = Y + 1.402 (Cr - 128), G = Y - 0.344136 (Cb - 128) - 0.714136 (Cr - 128), B = Y + 1.772 (Cb - 128); in 1/64, rounded. Stateless; any thread.
/// </summary>
internal static class YuvRows
{
    private const int Red = 90, GreenOfBlue = 22, GreenOfRed = 46, Blue = 113, Shift = 6, Half = 1 << (Shift - 1);

    /// <summary>Converts a row.</summary>
    /// <param name="row">Four bytes for two pixels; the last pair is there in full where the width is odd.</param>
    /// <param name="lumaFirst">Y0 Cb Y1 Cr (YUYV) rather than Cb Y0 Cr Y1 (UYVY).</param>
    /// <param name="bgr">Three bytes a pixel.</param>
    public static void ToBgr(ReadOnlySpan<byte> row, bool lumaFirst, Span<byte> bgr)
    {
        var width = bgr.Length / 3;
        const byte none = 0xFF;
        var (luma, blueAt, redAt) = lumaFirst
            ? (ColourInterleaver.Twice(0, none, 2, none, 4, none, 6, none, 8, none, 10, none, 12, none, 14, none),
                ColourInterleaver.Twice(1, none, 1, none, 5, none, 5, none, 9, none, 9, none, 13, none, 13, none),
                ColourInterleaver.Twice(3, none, 3, none, 7, none, 7, none, 11, none, 11, none, 15, none, 15, none))
            : (ColourInterleaver.Twice(1, none, 3, none, 5, none, 7, none, 9, none, 11, none, 13, none, 15, none),
                ColourInterleaver.Twice(0, none, 0, none, 4, none, 4, none, 8, none, 8, none, 12, none, 12, none),
                ColourInterleaver.Twice(2, none, 2, none, 6, none, 6, none, 10, none, 10, none, 14, none, 14, none));
        var at = 0;
        ref var source = ref MemoryMarshal.GetReference(row);
        ref var target = ref MemoryMarshal.GetReference(bgr);
        for (; at <= width - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            // Each half of the colours has 16 neighbouring pixels, eight of the one sum and eight of the other.
            var from = (nuint)(at * 2);
            var (firstBlue, firstGreen, firstRed) = Sums(Vector256.Create(Vector128.LoadUnsafe(ref source, from), Vector128.LoadUnsafe(ref source, from + 32)), luma, blueAt, redAt);
            var (blue, green, red) = Sums(Vector256.Create(Vector128.LoadUnsafe(ref source, from + 16), Vector128.LoadUnsafe(ref source, from + 48)), luma, blueAt, redAt);
            ColourInterleaver.Store(Bytes(firstBlue, blue), Bytes(firstGreen, green), Bytes(firstRed, red), ref Unsafe.Add(ref target, at * 3));
        }

        for (; at < width; at++)
        {
            var pair = at / 2 * 4;
            var y = (row[pair + (at % 2 * 2) + (lumaFirst ? 0 : 1)] << Shift) + Half;
            int cb = row[pair + (lumaFirst ? 1 : 0)] - 128, cr = row[pair + (lumaFirst ? 3 : 2)] - 128;
            bgr[at * 3] = Byte(y + (Blue * cb));
            bgr[(at * 3) + 1] = Byte(y - (GreenOfBlue * cb) - (GreenOfRed * cr));
            bgr[(at * 3) + 2] = Byte(y + (Red * cr));
        }
    }

    /// <summary>Blue, green and red of 16 pixels in 1/64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<short> Blue, Vector256<short> Green, Vector256<short> Red) Sums(Vector256<byte> pairs, Vector256<byte> luma, Vector256<byte> blueAt, Vector256<byte> redAt)
    {
        var y = Vector256.ShiftLeft(ColourInterleaver.Shuffle(pairs, luma).AsInt16(), Shift) + Vector256.Create((short)Half);
        var cb = ColourInterleaver.Shuffle(pairs, blueAt).AsInt16() - Vector256.Create((short)128);
        var cr = ColourInterleaver.Shuffle(pairs, redAt).AsInt16() - Vector256.Create((short)128);
        return (
            Vector256.AddSaturate(y, cb * Vector256.Create((short)Blue)),
            Vector256.SubtractSaturate(Vector256.SubtractSaturate(y, cb * Vector256.Create((short)GreenOfBlue)), cr * Vector256.Create((short)GreenOfRed)),
            Vector256.AddSaturate(y, cr * Vector256.Create((short)Red)));
    }

    /// <summary>Twice 16 sums in 1/64 to bytes: a half has eight of the first, then eight of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Bytes(Vector256<short> first, Vector256<short> second)
    {
        (first, second) = (Vector256.ShiftRightArithmetic(first, Shift), Vector256.ShiftRightArithmetic(second, Shift));
        return Avx2.IsSupported ? Avx2.PackUnsignedSaturate(first, second) : Vector256.Create(Bytes(first.GetLower(), second.GetLower()), Bytes(first.GetUpper(), second.GetUpper()));
    }

    private static Vector128<byte> Bytes(Vector128<short> first, Vector128<short> second) =>
        Vector128.NarrowWithSaturation(Vector128.Max(first, Vector128<short>.Zero).AsUInt16(), Vector128.Max(second, Vector128<short>.Zero).AsUInt16());

    private static byte Byte(int sum) => (byte)Math.Clamp(sum >> Shift, 0, byte.MaxValue);
}
