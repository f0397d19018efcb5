using System.Diagnostics.CodeAnalysis;
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
        if (FrameRows.Of(frame) is { } rows)
        {
            var pixels = new Mat(frame.Height, frame.Width, rows.Type);
            error = rows.Decode(0, pixels);
            if (error is null) return new DecodedFrame(pixels, rows.RedFirst);
            pixels.Dispose();
            return null;
        }

        var type = frame.Format switch
        {
            PixelFormat.Rgb8 or PixelFormat.Bgr8 => MatType.CV_8UC3,
            PixelFormat.Rgb16 or PixelFormat.Bgr16 => MatType.CV_16UC3,
            PixelFormat.Mono16 => MatType.CV_16UC1,
            _ => MatType.CV_8UC1,
        };
        return new DecodedFrame(Mat.FromPixelData(frame.Height, frame.Width, type, data, frame.Stride), frame.Format is PixelFormat.Rgb8 or PixelFormat.Rgb16);
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
