using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>A device of Video4Linux, such as a USB camera. A read ends by itself after ten seconds without a frame. One thread at a time.</summary>
public sealed class VideoDevice : IDisposable
{
    private readonly VideoCapture _video;
    private readonly Mat _mat = new();
    private readonly string _path;

    private VideoDevice(VideoCapture video, string path) => (_video, _path) = (video, path);

    /// <summary>Opens one.</summary>
    /// <param name="path">Such as /dev/video0.</param>
    /// <param name="device">The device.</param>
    /// <param name="error">What is wrong and what to do.</param>
    public static bool TryOpen(string path, [NotNullWhen(true)] out VideoDevice? device, [NotNullWhen(false)] out string? error)
    {
        Cv2.SetLogLevel(LogLevel.SILENT);
        var video = new VideoCapture(path, VideoCaptureAPIs.V4L2);
        (device, error) = (null, null);
        if (video.IsOpened())
        {
            // The newest frame, not the oldest of a queue; devices that have no such choice leave it.
            video.Set(VideoCaptureProperties.BufferSize, 1);
            device = new VideoDevice(video, path);
            return true;
        }

        video.Dispose();
        error = $"{path}: cannot be opened; is it there, does nobody else use it, and may this account read it (group video)?";
        return false;
    }

    /// <summary>Waits for the next frame.</summary>
    /// <param name="time">Gives its capture time: when it was decoded.</param>
    /// <param name="frame">The frame, grey or BGR.</param>
    /// <param name="error">What is wrong; the device has to be opened anew then.</param>
    public bool TryRead(TimeProvider time, [NotNullWhen(true)] out Frame? frame, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(time);
        (frame, error) = (null, null);
        try
        {
            if (!_video.Read(_mat) || _mat.Empty())
            {
                error = $"{_path}: no frame came in time; is the device still there?";
                return false;
            }

            frame = RawFrames.Copy(_mat, _path, time.GetUtcNow(), 0);
            return true;
        }
        catch (Exception failure) when (failure is DatasetException or OpenCVException)
        {
            error = $"{_path}: {failure.Message}";
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mat.Dispose();
        _video.Dispose();
    }
}
