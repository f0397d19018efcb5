namespace AnomalyLine.Server.Cameras;

/// <summary>What makes a camera take a frame.</summary>
internal enum CameraTrigger
{
    /// <summary>The camera or its program, at a rate of its own.</summary>
    FreeRun = 1,

    /// <summary>A command: somebody's, or the program's clock.</summary>
    Software = 2,

    /// <summary>An input of the camera.</summary>
    Hardware = 3,
}
