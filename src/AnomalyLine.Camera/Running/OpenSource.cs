using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.GenICam;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Camera.Sources;

namespace AnomalyLine.Camera.Running;

/// <summary>Opens what a camera's settings name.</summary>
internal static class OpenSource
{
    /// <summary>Opens it.</summary>
    /// <exception cref="SourceException">It does not open now.</exception>
    /// <exception cref="Client.CommandException">It never will.</exception>
    public static IFrameSource Of(CameraSettings camera, CameraTally tally, CameraLog log, TimeProvider time) => camera.Source.Kind switch
    {
        SourceKind.GenICam => new GenICamSource(camera, tally, log, time),
        SourceKind.Rtsp => new RtspSource(camera, time),
        SourceKind.V4L2 => new DeviceSource(camera, time),
        SourceKind.Snapshot => new SnapshotSource(camera, time),
        _ => new FileSource(camera, time, tally),
    };
}
