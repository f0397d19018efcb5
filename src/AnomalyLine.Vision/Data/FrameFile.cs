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
