using System.Buffers;
using System.Numerics;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Makes an image of bytes smaller by whole factors: each pixel becomes its block's mean, to the bit as OpenCV's area interpolation has it. OpenCV adds the pixels of a block one by one;
/// here rows, and then neighbours, are added as vectors. Stateless; any thread.
/// </summary>
internal static class BlockMean
{
    /// <summary>Pixels of a block whose sum is sure to fit 16 bits.</summary>
    private const int MostPixels = ushort.MaxValue / byte.MaxValue;

    /// <summary>Resizes where it can.</summary>
    /// <param name="source">Bytes of any number of channels.</param>
    /// <param name="target">Gets the result.</param>
    /// <param name="size">Its width and height.</param>
    /// <returns>Whether it did; it leaves other types, other factors and larger blocks to OpenCV, and those of 2 x 2 pixels, which OpenCV adds as vectors and rounds otherwise.</returns>
    public static unsafe bool TryShrink(Mat source, Mat target, Size size)
    {
        var (across, down) = (source.Width / size.Width, source.Height / size.Height);
        if (source.Depth() != MatType.CV_8U || across * size.Width != source.Width || down * size.Height != source.Height) return false;
        if (across * down > MostPixels || (across, down) is (2, 2)) return false;
        var channels = source.Channels();
        int values = source.Width * channels, neighbours = (across - 1) * channels;
        target.Create(size, source.Type());

        // Vectors read past a row's end, never what counts.
        var rows = ArrayPool<ushort>.Shared.Rent(values + neighbours + Vector<ushort>.Count);
        var blocks = ArrayPool<ushort>.Shared.Rent(values + Vector<ushort>.Count);
        try
        {
            fixed (ushort* row = rows, block = blocks)
            {
                for (var y = 0; y < size.Height; y++)
                {
                    AddRows((byte*)source.Ptr(y * down), source.Step(), down, values, row);
                    AddNeighbours(row, across, channels, values, block);
                    Divide(block, across, down, channels, (byte*)target.Ptr(y), size.Width * channels);
                }
            }
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(rows);
            ArrayPool<ushort>.Shared.Return(blocks);
        }

        return true;
    }

    private static unsafe void AddRows(byte* source, long step, int down, int values, ushort* sums)
    {
        var x = 0;
        for (; x <= values - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var (low, high) = (Vector<ushort>.Zero, Vector<ushort>.Zero);
            for (var y = 0; y < down; y++)
            {
                var row = Vector.Load(source + (y * step) + x);
                low += Vector.WidenLower(row);
                high += Vector.WidenUpper(row);
            }

            low.Store(sums + x);
            high.Store(sums + x + Vector<ushort>.Count);
        }

        for (; x < values; x++)
        {
            var sum = 0;
            for (var y = 0; y < down; y++) sum += source[(y * step) + x];
            sums[x] = (ushort)sum;
        }
    }

    /// <summary>The sum of a value and of those of its channel in the next pixels, for all values: every block's among them.</summary>
    private static unsafe void AddNeighbours(ushort* rows, int across, int channels, int values, ushort* sums)
    {
        for (var x = 0; x < values; x += Vector<ushort>.Count)
        {
            var sum = Vector.Load(rows + x);
            for (var i = 1; i < across; i++) sum += Vector.Load(rows + x + (i * channels));
            sum.Store(sums + x);
        }
    }

    /// <summary>Picks the sums of the blocks, then makes means of them; the sums are lost.</summary>
    private static unsafe void Divide(ushort* sums, int across, int down, int channels, byte* means, int count)
    {
        for (int at = 0, from = 0; at < count; at += channels, from += across * channels)
        {
            for (var c = 0; c < channels; c++) sums[at + c] = sums[from + c];
        }

        var share = 1f / (across * down);
        var x = 0;
        for (; x <= count - Vector<byte>.Count; x += Vector<byte>.Count)
            Vector.Narrow(Means(Vector.Load(sums + x), share), Means(Vector.Load(sums + x + Vector<ushort>.Count), share)).Store(means + x);
        for (; x < count; x++) means[x] = (byte)MathF.Round(sums[x] * share);
    }

    private static Vector<ushort> Means(Vector<ushort> sums, float share) => Vector.Narrow(Means(Vector.WidenLower(sums), share), Means(Vector.WidenUpper(sums), share));

    private static Vector<uint> Means(Vector<uint> sums, float share) => Vector.AsVectorUInt32(Vector.ConvertToInt32Native(Vector.Round(Vector.ConvertToSingle(Vector.AsVectorInt32(sums)) * share)));
}
