using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>Image files as frames.</summary>
public static class FrameFile
{
    /// <summary>
    /// Reads a file as a frame. JPEG and PNG (told by their first bytes, not by the name) stay as they are; BMP, TIFF, WebP, PGM and PPM become grey or BGR
    /// of its 8 or 16 bits.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Gives the capture time, which is the time of reading; the system's by default.</param>
    /// <param name="significantBits">Bits in use of its 16-bit values, 9..16; 0 for what the file says.</param>
    /// <exception cref="DatasetException">The file is missing, unreadable, empty, too large, or no image.</exception>
    public static Frame Read(string path, TimeProvider? time = null, int significantBits = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ReadBytes(path);
        var format = FormatOf(bytes);
        var now = (time ?? TimeProvider.System).GetUtcNow();
        if (format is PixelFormat.Unspecified) return RawFrames.Decode(bytes, path, now, significantBits);
        return Frame.TryCreate(format, 0, 0, 0, bytes, now, out var frame, out var error, significantBits)
            ? frame
            : throw new DatasetException($"{path}: {error}");
    }

    /// <summary>A JPEG or PNG file in memory as a frame, as it is.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="captureTime">The frame's capture time.</param>
    /// <param name="significantBits">Bits in use of its 16-bit values, 9..16; 0 for what the file says.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryWrap(byte[] file, DateTimeOffset captureTime, int significantBits, [NotNullWhen(true)] out Frame? frame, [NotNullWhen(false)] out string? error)
    {
        var format = FormatOf(file);
        if (format is not PixelFormat.Unspecified) return Frame.TryCreate(format, 0, 0, 0, file, captureTime, out frame, out error, format is PixelFormat.Png ? significantBits : 0);
        (frame, error) = (null, $"{file.Length} bytes came that are neither a JPEG nor a PNG file.");
        return false;
    }

    /// <summary>
    /// A frame as a PNG file that holds all that the camera sent: 8 or 16 bits of grey or colour, and how many of 16 it uses where
    /// the frame states them. A PNG file stays byte for byte as it is, but for that; a mosaic becomes colour.
    /// </summary>
    /// <param name="frame">Any pixel format.</param>
    /// <param name="file">The file.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="error">What is wrong with the frame.</param>
    public static unsafe bool TryWritePng(Frame frame, [NotNullWhen(true)] out byte[]? file, out int width, out int height, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(frame);
        (file, width, height) = (null, 0, 0);
        using var pin = frame.Data.Pin();
        if (!FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out var decoded, out error)) return false;
        using var owned = decoded;
        (width, height) = (decoded.Pixels.Width, decoded.Pixels.Height);
        if (decoded.Pixels.Depth() == MatType.CV_16U) error = SignificantBits.Check(decoded.Pixels, frame.SignificantBits, assumed: 0);
        if (error is not null) return false;
        if (frame.Format is PixelFormat.Png)
        {
            file = PngFile.StateBits(frame.Data.ToArray(), frame.SignificantBits);
            return true;
        }

        using var turned = new Mat();
        if (decoded.RedFirst) Cv2.CvtColor(decoded.Pixels, turned, ColorConversionCodes.RGB2BGR);

        Cv2.ImEncode(".png", decoded.RedFirst ? turned : decoded.Pixels, out file, [(int)ImwriteFlags.PngCompression, 1]);
        file = PngFile.StateBits(file, frame.SignificantBits);
        return true;
    }

    /// <summary>Bits in use of a file's 16-bit values: those that it states, or those that its largest value needs, 8, 10, 12, 14 or 16. 0 for a file of 8-bit values.</summary>
    internal static unsafe int SignificantBitsOf(string path)
    {
        var frame = Read(path);
        if (!frame.HasDeepValues) return 0;
        if (frame.SignificantBits != 0) return frame.SignificantBits;
        using var pin = frame.Data.Pin();
        if (!FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out var decoded, out var error)) throw new DatasetException($"{path}: {error}");
        using (decoded) return SignificantBits.Of(SignificantBits.Largest(decoded.Pixels));
    }

    internal static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    internal static byte[] ReadBytes(string path)
    {
        using var stream = Open(path);
        if (stream.Length is 0 or > Frame.MaxBytes)
            throw new DatasetException($"{path}: has {stream.Length} bytes; an image file has 1 to {Frame.MaxBytes}. Take it out of the folder.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    internal static PixelFormat FormatOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith<byte>([0xFF, 0xD8]) ? PixelFormat.Jpeg : bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]) ? PixelFormat.Png : PixelFormat.Unspecified;
}
