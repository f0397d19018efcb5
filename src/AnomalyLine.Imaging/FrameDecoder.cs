using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using AnomalyLine.Imaging.Jpeg;
using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Frame bytes to an OpenCV matrix. Grey and colour rows are wrapped without a copy; mosaics and files are decoded. Files: alpha is left out,
/// and an EXIF orientation is applied, as viewers and browsers do: regions and defects are in the pixels that people see.
/// </summary>
internal static class FrameDecoder
{
    /// <summary>OpenCV writes lines of its own on standard error, between those of the log; what is wrong with a frame is said by <see cref="TryDecode"/>.</summary>
    static FrameDecoder() => Cv2.SetLogLevel(LogLevel.SILENT);

    /// <summary>Gives the pixels, or what is wrong.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="data">Its bytes, pinned; the matrix may point into them, so they stay pinned as long as it lives.</param>
    /// <param name="decoded">The pixels; the caller disposes them.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryDecode(Frame frame, IntPtr data, [NotNullWhen(true)] out DecodedFrame? decoded, [NotNullWhen(false)] out string? error)
    {
        error = null;
        decoded = frame.IsEncoded ? DecodeFile(frame, out error) : Wrap(frame, data, out error);
        if (decoded is not null) return true;
        error ??= $"The {frame.Data.Length} bytes do not decode as {(frame.Format is PixelFormat.Jpeg ? "JPEG" : "PNG")}; check the camera's encoder or send raw pixels.";
        return false;
    }

    private static DecodedFrame? Wrap(Frame frame, IntPtr data, out string? error)
    {
        error = null;
        var layout = PixelLayout.Of(frame.Format);
        if (layout.Planes == 3) return Interleave(frame);
        if (layout.Mosaic is { } order) return layout.IsDeep ? Demosaic<ushort>(frame, layout, order, MatType.CV_16UC3) : Demosaic<byte>(frame, layout, order, MatType.CV_8UC3);
        if (layout.Packing != PixelPacking.None) return Unpack(frame, layout, out error) is { } values ? new DecodedFrame(values, frame.Format is PixelFormat.Rgb10P or PixelFormat.Rgb12P) : null;
        var type = frame.Format switch
        {
            PixelFormat.Rgb8 or PixelFormat.Bgr8 => MatType.CV_8UC3,
            PixelFormat.Rgb16 or PixelFormat.Bgr16 => MatType.CV_16UC3,
            _ => layout.IsDeep ? MatType.CV_16UC1 : MatType.CV_8UC1,
        };
        var raw = Mat.FromPixelData(frame.Height, frame.Width, type, data, frame.Stride);
        return new DecodedFrame(raw, frame.Format is PixelFormat.Rgb8 or PixelFormat.Rgb16);
    }

    /// <summary>Values that share bytes or are floats to 16 bits each; shared colours to blue, green, red.</summary>
    private static unsafe Mat? Unpack(Frame frame, PixelLayout layout, out string? error)
    {
        error = null;
        var isColour = layout.Packing == PixelPacking.SharedColour;
        var values = new Mat(frame.Height, frame.Width, isColour ? MatType.CV_8UC3 : MatType.CV_16UC(layout.Channels));
        var bytes = layout.RowBytes(frame.Width);
        for (var y = 0; y < frame.Height; y++)
        {
            var row = frame.Data.Span.Slice(y * frame.Stride, bytes);
            if (isColour)
            {
                YuvRows.ToBgr(row, frame.Format is PixelFormat.Yuv422Yuyv8, new Span<byte>(values.Ptr(y).ToPointer(), frame.Width * 3));
                continue;
            }

            if (!TryUnpack(row, layout, new Span<ushort>(values.Ptr(y).ToPointer(), frame.Width * layout.Channels))) error = $"Row {y} of the MONO32F frame has a value outside 0..1; scale the values, 1 being white.";
            if (error is null) continue;
            values.Dispose();
            return null;
        }

        return values;
    }

    /// <summary>A row of values to 16 bits each.</summary>
    /// <returns>Whether all floats are in 0..1.</returns>
    private static bool TryUnpack(ReadOnlySpan<byte> row, PixelLayout layout, Span<ushort> values)
    {
        switch (layout.Packing, layout.SignificantBits)
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

    /// <summary>Three rows at a time are unpacked, so that they are in the processor's cache when their colours are taken.</summary>
    private static unsafe DecodedFrame Demosaic<T>(Frame frame, PixelLayout layout, int order, MatType type)
        where T : unmanaged, IBinaryInteger<T>
    {
        int width = frame.Width, height = frame.Height, bytes = layout.RowBytes(width);
        var colour = new Mat(height, width, type);
        T[][] rows = [new T[width + 2], new T[width + 2], new T[width + 2]];
        Fill(0);
        Fill(1);
        for (var y = 0; y < height; y++)
        {
            if (y > 0 && y < height - 1) Fill(y + 1);
            var (up, down) = (rows[(y == 0 ? 1 : y - 1) % 3], rows[(y == height - 1 ? y - 1 : y + 1) % 3]);

            // Red green, green red, green blue, blue green; the next row has the other of each.
            var isGreenFirst = (order is 1 or 2) != (y % 2 == 1);
            var hasRed = (order is 0 or 1) != (y % 2 == 1);
            MosaicRows.ToBgr<T>(up, rows[y % 3], down, isGreenFirst, hasRed, new Span<T>(colour.Ptr(y).ToPointer(), width * 3));
        }

        return new DecodedFrame(colour, false);

        void Fill(int y)
        {
            var row = rows[y % 3];
            var source = frame.Data.Span.Slice(y * frame.Stride, bytes);
            if (typeof(T) == typeof(byte)) source.CopyTo(MemoryMarshal.AsBytes(row.AsSpan(1, width)));
            else _ = TryUnpack(source, layout, MemoryMarshal.Cast<T, ushort>(row.AsSpan(1, width)));
            (row[0], row[^1]) = (row[2], row[width - 1]);
        }
    }

    private static unsafe DecodedFrame Interleave(Frame frame)
    {
        int width = frame.Width, height = frame.Height, plane = height * frame.Stride;
        var colour = new Mat(height, width, MatType.CV_8UC3);
        for (var y = 0; y < height; y++)
        {
            var from = frame.Data.Span[(y * frame.Stride)..];
            ColourInterleaver.Interleave(from[..width], from.Slice(plane, width), from.Slice(2 * plane, width), new Span<byte>(colour.Ptr(y).ToPointer(), width * 3));
        }

        return new DecodedFrame(colour, true);
    }

    private static DecodedFrame? DecodeFile(Frame frame, out string? error)
    {
        var file = frame.Data.Span;
        error = CheckFile(frame.Format, file, out var width, out var height);
        if (error is not null) return null;
        if (Agrees(frame, width, height) || Agrees(frame, height, width))
        {
            if (Read(file) is not { } pixels) return null;
            if (Agrees(frame, width, height) || Agrees(frame, pixels.Width, pixels.Height)) return new DecodedFrame(pixels, false);
            pixels.Dispose();
        }

        error = $"The file is {width} x {height} pixels, but {frame.Width} x {frame.Height} was announced; send 0 x 0 to take the size from the file.";
        return null;
    }

    /// <summary>Looks for damage that OpenCV decodes in silence, or with a line on standard error.</summary>
    /// <param name="format">JPEG or PNG; nothing is looked for in others.</param>
    /// <param name="file">A file that <see cref="ImageHeader.Check"/> has let pass: memory and time grow with what it declares.</param>
    /// <param name="width">Its width, before an orientation is applied.</param>
    /// <param name="height">Its height.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? CheckFile(PixelFormat format, ReadOnlySpan<byte> file, out int width, out int height)
    {
        width = height = 0;
        return format switch
        {
            PixelFormat.Jpeg => JpegFile.Measure(file, out width, out height, out _) ?? JpegFile.Check(file),
            PixelFormat.Png => PngFile.Check(file, out width, out height) ?? PngChecksums.Check(file),
            _ => null,
        };
    }

    /// <summary>The announced size may be that of the file or, where its orientation turns the picture, that of the picture.</summary>
    private static bool Agrees(Frame frame, int width, int height) => (frame.Width == 0 || frame.Width == width) && (frame.Height == 0 || frame.Height == height);

    private static Mat? Read(ReadOnlySpan<byte> file)
    {
        Mat decoded;
        try
        {
            decoded = Cv2.ImDecode(file, ImreadModes.AnyDepth | ImreadModes.AnyColor);
        }
        catch (OpenCVException)
        {
            // OpenCV reports some broken files by an exception instead of an empty result.
            return null;
        }

        if (!decoded.Empty()) return decoded;
        decoded.Dispose();
        return null;
    }
}
