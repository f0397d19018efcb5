namespace AnomalyLine.Camera.Configuration;

/// <summary>What frames come from.</summary>
internal enum SourceKind
{
    /// <summary>A folder of image files.</summary>
    Folder,

    /// <summary>A video file.</summary>
    Video,

    /// <summary>A camera that speaks GigE Vision or USB3 Vision (GenICam).</summary>
    GenICam,

    /// <summary>A stream over RTSP.</summary>
    Rtsp,

    /// <summary>A device of Video4Linux.</summary>
    V4L2,

    /// <summary>A picture that a camera gives at each HTTP request.</summary>
    Snapshot,
}
