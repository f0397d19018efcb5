namespace AnomalyLine.Server.Cameras;

/// <summary>Whether a camera gives frames.</summary>
internal enum CameraState
{
    /// <summary>It does, or would where it is triggered.</summary>
    Well,

    /// <summary>It does not, and its program says why.</summary>
    Faulty,

    /// <summary>Its program is connected and says nothing.</summary>
    Silent,

    /// <summary>Its program is not connected.</summary>
    Gone,
}
