using AnomalyLine.Camera.Configuration;

namespace AnomalyLine.Camera.Running;

/// <summary>When frames are taken, by the kind of source: files and pictures at their times, streams as they come but no more than the rate, GenICam cameras as they give them.</summary>
internal sealed class FramePace(CameraSettings camera, TimeProvider time)
{
    private const double FilesRate = 10, PicturesRate = 1;
    private long? _start;
    private ulong _asked;
    private TimeSpan _nextOfStream;

    /// <summary>How often the camera is triggered by this program; null where it is not.</summary>
    public TimeSpan? TriggerEvery => camera.Trigger == TriggerMode.Software && camera.Rate is { } rate ? TimeSpan.FromSeconds(1 / rate) : null;

    /// <summary>How long to wait before the source is asked for its next frame.</summary>
    public TimeSpan UntilNext()
    {
        double? rate = camera.IsTriggered ? null : camera.Source.Kind switch
        {
            SourceKind.Folder or SourceKind.Video => camera.Rate ?? FilesRate,
            SourceKind.Snapshot => camera.Rate ?? PicturesRate,
            _ => null,
        };
        if (rate is not { } each) return TimeSpan.Zero;
        var elapsed = Elapsed();
        var due = TimeSpan.FromSeconds(_asked++ / each);
        if (camera.Source.Kind != SourceKind.Snapshot || due >= elapsed - TimeSpan.FromSeconds(1)) return due - elapsed;

        // A camera that was away is not asked for the pictures of that time.
        _asked = (ulong)(elapsed.TotalSeconds * each) + 1;
        return TimeSpan.Zero;
    }

    /// <summary>Whether the frame that came is left out.</summary>
    public bool Skips()
    {
        if (camera.Source.Kind is not (SourceKind.Rtsp or SourceKind.V4L2) || camera.Rate is not { } rate) return false;
        var now = Elapsed();
        if (now < _nextOfStream) return true;
        var each = TimeSpan.FromSeconds(1 / rate);
        _nextOfStream = _nextOfStream + each > now ? _nextOfStream + each : now + each;
        return false;
    }

    private TimeSpan Elapsed() => time.GetElapsedTime(_start ??= time.GetTimestamp());
}
