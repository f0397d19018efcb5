using System.Numerics;

namespace AnomalyLine.Imaging;

/// <summary>Rows of 32-bit floats in [0, 1] to 16-bit values, 1 being 65535. Stateless; any thread.</summary>
internal static class FloatRows
{
    /// <summary>Converts a row, rounding to the nearest.</summary>
    /// <returns>Whether all values are in [0, 1]; NaN is not.</returns>
    public static bool TryConvert(ReadOnlySpan<float> row, Span<ushort> values)
    {
        var (at, step) = (0, Vector<float>.Count);
        var good = Vector.Equals(Vector<int>.Zero, Vector<int>.Zero);
        for (; at <= row.Length - (2 * step); at += 2 * step)
        {
            var (low, high) = (new Vector<float>(row[at..]), new Vector<float>(row[(at + step)..]));
            good &= Inside(low) & Inside(high);
            Vector.Narrow(Whole(low), Whole(high)).CopyTo(values[at..]);
        }

        var isGood = Vector.EqualsAll(good, Vector<int>.AllBitsSet);
        for (; at < row.Length; at++)
        {
            isGood &= row[at] is >= 0 and <= 1;
            values[at] = isGood ? (ushort)((row[at] * ushort.MaxValue) + 0.5f) : (ushort)0;
        }

        return isGood;
    }

    private static Vector<int> Inside(Vector<float> values) => Vector.GreaterThanOrEqual(values, Vector<float>.Zero) & Vector.LessThanOrEqual(values, Vector<float>.One);

    /// <summary>Of values that are not inside it is anything; the frame is refused.</summary>
    private static Vector<uint> Whole(Vector<float> values) => Vector.AsVectorUInt32(Vector.ConvertToInt32Native((values * ushort.MaxValue) + new Vector<float>(0.5f)));
}
