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
    private const int Red = 90, GreenOfBlue = 22, GreenOfRed = 46, Blue = 113, Shift = 6, Half = 1 << (Shift - 1), PixelsAtOnce = 8;

    /// <summary>Converts a row.</summary>
    /// <param name="row">Four bytes for two pixels; the last pair is there in full where the width is odd.</param>
    /// <param name="lumaFirst">Y0 Cb Y1 Cr (YUYV) rather than Cb Y0 Cr Y1 (UYVY).</param>
    /// <param name="bgr">Three bytes a pixel.</param>
    public static void ToBgr(ReadOnlySpan<byte> row, bool lumaFirst, Span<byte> bgr)
    {
        var width = bgr.Length / 3;
        const byte none = 0xFF;
        var (luma, blueAt, redAt) = lumaFirst
            ? (Vector128.Create((byte)0, none, 2, none, 4, none, 6, none, 8, none, 10, none, 12, none, 14, none),
                Vector128.Create((byte)1, none, 1, none, 5, none, 5, none, 9, none, 9, none, 13, none, 13, none),
                Vector128.Create((byte)3, none, 3, none, 7, none, 7, none, 11, none, 11, none, 15, none, 15, none))
            : (Vector128.Create((byte)1, none, 3, none, 5, none, 7, none, 9, none, 11, none, 13, none, 15, none),
                Vector128.Create((byte)0, none, 0, none, 4, none, 4, none, 8, none, 8, none, 12, none, 12, none),
                Vector128.Create((byte)2, none, 2, none, 6, none, 6, none, 10, none, 10, none, 14, none, 14, none));
        var firstBlueGreen = Vector128.Create((byte)0, 8, none, 1, 9, none, 2, 10, none, 3, 11, none, 4, 12, none, 5);
        var firstRed = Vector128.Create(none, none, 0, none, none, 1, none, none, 2, none, none, 3, none, none, 4, none);
        var lastBlueGreen = Vector128.Create(13, none, 6, 14, none, 7, 15, none, none, none, none, none, none, none, none, none);
        var lastRed = Vector128.Create(none, 5, none, none, 6, none, none, 7, none, none, none, none, none, none, none, none);
        var at = 0;
        ref var source = ref MemoryMarshal.GetReference(row);
        ref var target = ref MemoryMarshal.GetReference(bgr);
        for (; at <= width - PixelsAtOnce; at += PixelsAtOnce)
        {
            var pairs = Vector128.LoadUnsafe(ref source, (nuint)(at * 2));
            var y = Vector128.ShiftLeft(Vector128.ShuffleNative(pairs, luma).AsInt16(), Shift) + Vector128.Create((short)Half);
            var cb = Vector128.ShuffleNative(pairs, blueAt).AsInt16() - Vector128.Create((short)128);
            var cr = Vector128.ShuffleNative(pairs, redAt).AsInt16() - Vector128.Create((short)128);
            var blue = Vector128.AddSaturate(y, cb * Vector128.Create((short)Blue));
            var green = Vector128.SubtractSaturate(Vector128.SubtractSaturate(y, cb * Vector128.Create((short)GreenOfBlue)), cr * Vector128.Create((short)GreenOfRed));
            var red = Vector128.AddSaturate(y, cr * Vector128.Create((short)Red));
            var blueGreen = Bytes(blue, green);
            var redTwice = Bytes(red, red);
            (Vector128.ShuffleNative(blueGreen, firstBlueGreen) | Vector128.ShuffleNative(redTwice, firstRed)).StoreUnsafe(ref target, (nuint)(at * 3));
            (Vector128.ShuffleNative(blueGreen, lastBlueGreen) | Vector128.ShuffleNative(redTwice, lastRed)).GetLower().StoreUnsafe(ref target, (nuint)((at * 3) + 16));
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

    /// <summary>Twice eight sums in 1/64 to bytes.</summary>
    private static Vector128<byte> Bytes(Vector128<short> first, Vector128<short> second)
    {
        (first, second) = (Vector128.ShiftRightArithmetic(first, Shift), Vector128.ShiftRightArithmetic(second, Shift));
        return Sse2.IsSupported
            ? Sse2.PackUnsignedSaturate(first, second)
            : Vector128.NarrowWithSaturation(Vector128.Max(first, Vector128<short>.Zero).AsUInt16(), Vector128.Max(second, Vector128<short>.Zero).AsUInt16());
    }

    private static byte Byte(int sum) => (byte)Math.Clamp(sum >> Shift, 0, byte.MaxValue);
}
