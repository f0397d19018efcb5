using System.Runtime.InteropServices;
using AnomalyLine.Vision.Data;
using OpenCvSharp;

namespace AnomalyLine.Vision.Imaging;

/// <summary>Frames as a camera without an encoder would send them, read from image files and videos: MONO8 or BGR8, rows without padding.</summary>
public static class RawFrames
{
    /// <summary>Decodes an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="captureTime">The frame's capture time.</param>
    /// <exception cref="DatasetException">The file is no image that can be read.</exception>
    public static Frame FromFile(string path, DateTimeOffset captureTime)
    {
        using var mat = Cv2.ImRead(path, ImreadModes.AnyColor | ImreadModes.IgnoreOrientation);
        if (mat.Empty()) throw new DatasetException($"{path}: is no image that can be read; take it out of the folder.");
        return Copy(mat, path, captureTime);
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
            yield return Copy(mat, path, time.GetUtcNow());
        }
        while (video.Read(mat) && !mat.Empty());
    }

    private static Frame Copy(Mat mat, string path, DateTimeOffset captureTime)
    {
        int row = mat.Width * mat.Channels(), height = mat.Height;
        var pixels = new byte[row * height];
        for (var y = 0; y < height; y++) Marshal.Copy(mat.Ptr(y), pixels, y * row, row);
        var format = mat.Channels() == 1 ? PixelFormat.Mono8 : PixelFormat.Bgr8;
        return Frame.TryCreate(format, mat.Width, height, row, pixels, captureTime, out var frame, out var error) ? frame : throw new DatasetException($"{path}: {error}");
    }
}
