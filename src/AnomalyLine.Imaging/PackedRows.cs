using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AnomalyLine.Imaging;

/// <summary>
/// Rows of 10- and 12-bit values that share bytes, to one value of 16 bits each. Two families: PFNC's "p" (Mono10p, Mono12p), bits in one run from the lowest on, and GigE Vision's "Packed", two values in three bytes, high bits first.
/// Sixteen values at a time: bytes are brought beside each other by one shuffle, then shifted and masked. Stateless; any thread.
/// </summary>
internal static class PackedRows
{
    private const int ValuesAtOnce = 16;

    /// <summary>PFNC: four values in five bytes.</summary>
    public static void Unpack10p(ReadOnlySpan<byte> packed, Span<ushort> values) => UnpackRun(
        packed, values, 10, ColourInterleaver.Twice(0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9), Vector128.Create((ushort)64, 16, 4, 1, 64, 16, 4, 1), 6);

    /// <summary>PFNC: two values in three bytes.</summary>
    public static void Unpack12p(ReadOnlySpan<byte> packed, Span<ushort> values) => UnpackRun(
        packed, values, 12, ColourInterleaver.Twice(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11), Vector128.Create((ushort)16, 1, 16, 1, 16, 1, 16, 1), 4);

    /// <summary>GigE Vision: the high 8 bits of the first value, then the low 2 of both (bits 0 and 1, 4 and 5), then the high 8 of the second.</summary>
    public static void Unpack10Packed(ReadOnlySpan<byte> packed, Span<ushort> values) => UnpackPairs(packed, values, 2);

    /// <summary>GigE Vision: the high 8 bits of the first value, then the low 4 of both (the first's lowest), then the high 8 of the second.</summary>
    public static void Unpack12Packed(ReadOnlySpan<byte> packed, Span<ushort> values) => UnpackPairs(packed, values, 4);

    /// <summary>
    /// Each value lies in two neighbouring bytes: multiplying moves its highest bit to bit 15, which drops what is above it, and one shift moves it down, which drops what is below.
    /// </summary>
    private static void UnpackRun(ReadOnlySpan<byte> packed, Span<ushort> values, int bits, Vector256<byte> pick, Vector128<ushort> up, int down)
    {
        var (from, at) = (0, 0);
        ref var source = ref MemoryMarshal.GetReference(packed);
        ref var target = ref MemoryMarshal.GetReference(values);

        // Twice sixteen bytes are read for the ten or twelve that count.
        var factors = Vector256.Create(up, up);
        for (; at <= values.Length - ValuesAtOnce && from <= packed.Length - bits - Vector128<byte>.Count; at += ValuesAtOnce, from += 2 * bits)
        {
            var pairs = ColourInterleaver.Shuffle(Load(ref source, from, bits), pick).AsUInt16();
            Vector256.ShiftRightLogical(pairs * factors, down).StoreUnsafe(ref target, (nuint)at);
        }

        var white = (1 << bits) - 1;
        for (; at < values.Length; at++)
        {
            var bit = at * bits;
            int low = packed[bit / 8], high = packed[(bit / 8) + 1 < packed.Length ? (bit / 8) + 1 : bit / 8];
            values[at] = (ushort)(((low | (high << 8)) >> (bit % 8)) & white);
        }
    }

    /// <summary>The byte with the low bits of both is brought below the high byte of each.</summary>
    private static void UnpackPairs(ReadOnlySpan<byte> packed, Span<ushort> values, int lowBits)
    {
        var pick = ColourInterleaver.Twice(1, 0, 1, 2, 4, 3, 4, 5, 7, 6, 7, 8, 10, 9, 10, 11);
        var low = (1 << lowBits) - 1;
        var (ofFirst, ofSecond) = (Vector256.Create((uint)low).AsUInt16(), Vector256.Create((uint)low << 16).AsUInt16());
        var high = Vector256.Create((ushort)(0xFF << lowBits));
        var (from, at) = (0, 0);
        ref var source = ref MemoryMarshal.GetReference(packed);
        ref var target = ref MemoryMarshal.GetReference(values);
        for (; at <= values.Length - ValuesAtOnce && from <= packed.Length - 12 - Vector128<byte>.Count; at += ValuesAtOnce, from += 24)
        {
            var pairs = ColourInterleaver.Shuffle(Load(ref source, from, 12), pick).AsUInt16();
            var value = (Vector256.ShiftRightLogical(pairs, 8 - lowBits) & high) | (pairs & ofFirst) | (Vector256.ShiftRightLogical(pairs, 4) & ofSecond);
            value.StoreUnsafe(ref target, (nuint)at);
        }

        for (; at < values.Length; at++)
        {
            var pair = at / 2 * 3;
            values[at] = at % 2 == 0
                ? (ushort)((packed[pair] << lowBits) | (packed[pair + 1] & low))
                : (ushort)((packed[pair + 2] << lowBits) | ((packed[pair + 1] >> 4) & low));
        }
    }

    /// <summary>Sixteen bytes of eight values, and sixteen of the next eight.</summary>
    private static Vector256<byte> Load(ref byte source, int from, int next) =>
        Vector256.Create(Vector128.LoadUnsafe(ref source, (nuint)from), Vector128.LoadUnsafe(ref source, (nuint)(from + next)));
}
