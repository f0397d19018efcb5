using System.Runtime.InteropServices;
using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>Frames as a camera without an encoder would send them, read from image files and videos: grey or BGR of 8 or 16 bits, rows without padding.</summary>
public static class RawFrames
{
    /// <summary>Decodes an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="captureTime">The frame's capture time.</param>
    /// <param name="significantBits">Bits in use of its 16-bit values, 9..16; 0 for what the file says.</param>
    /// <exception cref="DatasetException">The file is no image that can be read, or has no 16-bit values although their bits are stated.</exception>
    public static Frame FromFile(string path, DateTimeOffset captureTime, int significantBits = 0)
    {
        var bytes = FrameFile.ReadBytes(path);
        return Decode(bytes, path, captureTime, significantBits != 0 ? significantBits : PngFile.StatedBits(bytes));
    }

    /// <summary>Decodes a video frame by frame while it is walked through.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Gives the capture times.</param>
    /// <exception cref="DatasetException">The file is no video that can be read; thrown by the first step.</exception>
    public static IEnumerable<Frame> FromVideo(string path, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var video = new VideoCapture(path);
        using var mat = new Mat();
        if (!video.IsOpened() || !video.Read(mat) || mat.Empty())
            throw new DatasetException($"{path}: is no video that can be read here; convert it to Motion JPEG (.avi), or to a folder of JPEG files.");
        do
        {
            yield return Copy(mat, path, time.GetUtcNow(), 0);
        }
        while (video.Read(mat) && !mat.Empty());
    }

    /// <summary>The pixels of an image file that OpenCV reads.</summary>
    /// <exception cref="DatasetException">It does not, or its values are neither of 8 nor of 16 bits.</exception>
    internal static Frame Decode(byte[] file, string path, DateTimeOffset captureTime, int significantBits)
    {
        if (!ImageHeader.TryRead(file, out _) && FrameFile.FormatOf(file) is PixelFormat.Unspecified)
            throw new DatasetException($"{path}: is no image that can be read here ({ImageHeader.Types}); take it out of the folder.");
        var error = ImageHeader.Check(file, Frame.MaxBytes) ?? FrameDecoder.CheckFile(FrameFile.FormatOf(file), file, out _, out _);
        if (error is not null) throw new DatasetException($"{path}: {error}");
        Mat mat;
        try
        {
            mat = Cv2.ImDecode(file, ImreadModes.AnyDepth | ImreadModes.AnyColor);
        }
        catch (OpenCVException e)
        {
            throw new DatasetException($"{path}: is no image that can be read ({e.Message}); take it out of the folder.", e);
        }

        using (mat)
        {
            if (mat.Empty()) throw new DatasetException($"{path}: is no image that can be read; take it out of the folder.");
            return Copy(mat, path, captureTime, significantBits);
        }
    }

    internal static Frame Copy(Mat mat, string path, DateTimeOffset captureTime, int significantBits)
    {
        var format = (mat.Depth(), mat.Channels()) switch
        {
            (MatType.CV_8U, 1) => PixelFormat.Mono8,
            (MatType.CV_8U, 3) => PixelFormat.Bgr8,
            (MatType.CV_16U, 1) => PixelFormat.Mono16,
            (MatType.CV_16U, 3) => PixelFormat.Bgr16,
            _ => throw new DatasetException($"{path}: its pixels are {mat.Type()}; save it with 8 or 16 bits a value, grey or in colour."),
        };
        int row = mat.Width * (int)mat.ElemSize(), height = mat.Height;
        var pixels = new byte[(long)row * height];
        for (var y = 0; y < height; y++) Marshal.Copy(mat.Ptr(y), pixels, y * row, row);
        return Frame.TryCreate(format, mat.Width, height, row, pixels, captureTime, out var frame, out var error, significantBits)
            ? frame
            : throw new DatasetException($"{path}: {error}");
    }
}
