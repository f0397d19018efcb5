using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using AnomalyLine.Vision.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Data;

/// <summary>Image files as frames.</summary>
public static class FrameFile
{
    /// <summary>
    /// Reads a file as a frame. JPEG and PNG (told by their first bytes, not by the name) stay as they are; anything else that OpenCV reads, such as BMP, becomes MONO8 or BGR8.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Gives the capture time, which is the time of reading; the system's by default.</param>
    /// <exception cref="DatasetException">The file is missing, unreadable, empty, too large, or no image.</exception>
    public static Frame Read(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ReadBytes(path);
        var format = FormatOf(bytes);
        var (width, height) = (0, 0);
        ReadOnlyMemory<byte> data = bytes;
        if (format is PixelFormat.Unspecified) (format, width, height, data) = Decode(path, bytes);
        return Frame.TryCreate(format, width, height, 0, data, (time ?? TimeProvider.System).GetUtcNow(), out var frame, out var error)
            ? frame
            : throw new DatasetException($"{path}: {error}");
    }

    /// <summary>
    /// A frame as a PNG file that holds all that the camera sent: 8 or 16 bits of grey, or colour. A PNG file stays byte for byte as it is; a mosaic becomes colour.
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
        if (frame.Format is PixelFormat.Png)
        {
            file = frame.Data.ToArray();
            return true;
        }

        using var turned = new Mat();
        if (decoded.RedFirst) Cv2.CvtColor(decoded.Pixels, turned, ColorConversionCodes.RGB2BGR);

        Cv2.ImEncode(".png", decoded.RedFirst ? turned : decoded.Pixels, out file, [(int)ImwriteFlags.PngCompression, 1]);
        return true;
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

    private static byte[] ReadBytes(string path)
    {
        using var stream = Open(path);
        if (stream.Length is 0 or > Frame.MaxBytes)
            throw new DatasetException($"{path}: has {stream.Length} bytes; an image file has 1 to {Frame.MaxBytes}. Take it out of the folder.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static PixelFormat FormatOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith<byte>([0xFF, 0xD8]) ? PixelFormat.Jpeg : bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47]) ? PixelFormat.Png : PixelFormat.Unspecified;

    private static (PixelFormat Format, int Width, int Height, byte[] Pixels) Decode(string path, byte[] bytes)
    {
        Mat mat;
        try
        {
            mat = Cv2.ImDecode(bytes, ImreadModes.AnyColor | ImreadModes.IgnoreOrientation);
        }
        catch (OpenCVException e)
        {
            throw new DatasetException($"{path}: is no image that can be read ({e.Message}); take it out of the folder.", e);
        }

        using (mat)
        {
            if (mat.Empty()) throw new DatasetException($"{path}: is no image that can be read; take it out of the folder.");
            int width = mat.Width, height = mat.Height, channels = mat.Channels(), row = width * channels;
            var pixels = new byte[row * height];
            for (var y = 0; y < height; y++) Marshal.Copy(mat.Ptr(y), pixels, y * row, row);
            return (channels == 1 ? PixelFormat.Mono8 : PixelFormat.Bgr8, width, height, pixels);
        }
    }
}
