using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Rows of a raw frame whose bytes are not yet the values that are judged: packed values, floats, shared colours, mosaics and planes. A few rows at a time stay in the processor's cache until they are used.
/// Used on one thread.
/// </summary>
internal sealed class FrameRows
{
    private readonly Frame _frame;
    private readonly PixelLayout _layout;

    private FrameRows(Frame frame, PixelLayout layout)
    {
        _frame = frame;
        _layout = layout;
        var isColour = layout.Mosaic is not null || layout.Planes == 3 || layout.Channels == 3 || layout.Packing == PixelPacking.SharedColour;
        Type = (layout.IsDeep, isColour) switch { (true, true) => MatType.CV_16UC3, (true, false) => MatType.CV_16UC1, (false, true) => MatType.CV_8UC3, _ => MatType.CV_8UC1 };
    }

    /// <summary>8 or 16 bits, grey or colour.</summary>
    public MatType Type { get; }

    /// <summary>Whether colours are red, green, blue; else blue, green, red.</summary>
    public bool RedFirst => _frame.Format is PixelFormat.Rgb10P or PixelFormat.Rgb12P or PixelFormat.Rgb8Planar;

    /// <summary>What decoding took so far, milliseconds.</summary>
    public double ElapsedMs { get; private set; }

    /// <summary>The rows of a frame; null for files, and for frames whose bytes are their values.</summary>
    public static FrameRows? Of(Frame frame)
    {
        if (frame.IsEncoded) return null;
        var layout = PixelLayout.Of(frame.Format);
        return layout.Packing != PixelPacking.None || layout.Mosaic is not null || layout.Planes == 3 ? new FrameRows(frame, layout) : null;
    }

    /// <summary>Decodes some rows.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="target">As wide as the frame, of <see cref="Type"/>; has as many rows as are decoded.</param>
    /// <returns>What is wrong with a row, or null.</returns>
    public string? Decode(int first, Mat target)
    {
        var start = Stopwatch.GetTimestamp();
        var error = DecodeRows(first, target);
        ElapsedMs += Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return error;
    }

    private unsafe string? DecodeRows(int first, Mat target)
    {
        if (_layout.Mosaic is { } order)
        {
            if (_layout.IsDeep) Demosaic<ushort>(first, order, target);
            else Demosaic<byte>(first, order, target);
            return null;
        }

        int rows = target.Rows, bytes = _layout.RowBytes(_frame.Width);
        for (var y = 0; y < rows; y++)
        {
            var at = (first + y) * _frame.Stride;
            var to = target.Ptr(y).ToPointer();
            if (_layout.Planes == 3) Interleave(at, new Span<byte>(to, _frame.Width * 3));
            else if (_layout.Packing == PixelPacking.SharedColour) YuvRows.ToBgr(_frame.Data.Span.Slice(at, bytes), _frame.Format is PixelFormat.Yuv422Yuyv8, new Span<byte>(to, _frame.Width * 3));
            else if (!TryUnpack(_frame.Data.Span.Slice(at, bytes), new Span<ushort>(to, _frame.Width * _layout.Channels))) return $"Row {first + y} of the MONO32F frame has a value outside 0..1; scale the values, 1 being white.";
        }

        return null;
    }

    private void Interleave(int at, Span<byte> pixels)
    {
        var (width, plane) = (_frame.Width, _frame.Height * _frame.Stride);
        var from = _frame.Data.Span[at..];
        ColourInterleaver.Interleave(from[..width], from.Slice(plane, width), from.Slice(2 * plane, width), pixels);
    }

    /// <summary>A row of values to 16 bits each.</summary>
    /// <returns>Whether all floats are in 0..1.</returns>
    private bool TryUnpack(ReadOnlySpan<byte> row, Span<ushort> values)
    {
        switch (_layout.Packing, _layout.SignificantBits)
        {
            case (PixelPacking.Run, 10):
                PackedRows.Unpack10p(row, values);
                return true;
            case (PixelPacking.Run, _):
                PackedRows.Unpack12p(row, values);
                return true;
            case (PixelPacking.Pairs, 10):
                PackedRows.Unpack10Packed(row, values);
                return true;
            case (PixelPacking.Pairs, _):
                PackedRows.Unpack12Packed(row, values);
                return true;
            case (PixelPacking.Float, _):
                return FloatRows.TryConvert(MemoryMarshal.Cast<byte, float>(row), values);
            default:
                MemoryMarshal.Cast<byte, ushort>(row).CopyTo(values);
                return true;
        }
    }

    /// <summary>Three rows of the mosaic at a time; what lies beyond its edges mirrors it.</summary>
    private unsafe void Demosaic<T>(int first, int order, Mat target)
        where T : unmanaged, IBinaryInteger<T>
    {
        int width = _frame.Width, height = _frame.Height, bytes = _layout.RowBytes(width), end = first + target.Rows;
        T[][] rows = [new T[width + 2], new T[width + 2], new T[width + 2]];
        if (first > 0) Fill(first - 1);
        Fill(first);
        if (first == 0) Fill(1);
        for (var y = first; y < end; y++)
        {
            if (y > 0 && y < height - 1) Fill(y + 1);
            var (up, down) = (rows[(y == 0 ? 1 : y - 1) % 3], rows[(y == height - 1 ? y - 1 : y + 1) % 3]);

            // Red green, green red, green blue, blue green; the next row has the other of each.
            var isGreenFirst = (order is 1 or 2) != (y % 2 == 1);
            var hasRed = (order is 0 or 1) != (y % 2 == 1);
            MosaicRows.ToBgr<T>(up, rows[y % 3], down, isGreenFirst, hasRed, new Span<T>(target.Ptr(y - first).ToPointer(), width * 3));
        }

        void Fill(int y)
        {
            var row = rows[y % 3];
            var source = _frame.Data.Span.Slice(y * _frame.Stride, bytes);
            if (typeof(T) == typeof(byte)) source.CopyTo(MemoryMarshal.AsBytes(row.AsSpan(1, width)));
            else _ = TryUnpack(source, MemoryMarshal.Cast<T, ushort>(row.AsSpan(1, width)));
            (row[0], row[^1]) = (row[2], row[width - 1]);
        }
    }
}
