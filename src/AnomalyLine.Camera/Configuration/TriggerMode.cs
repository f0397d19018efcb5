namespace AnomalyLine.Camera.Configuration;

/// <summary>What makes a camera take a frame.</summary>
internal enum TriggerMode
{
    /// <summary>The camera or this program, at a rate.</summary>
    FreeRun,

    /// <summary>A command: at a rate, or whenever somebody asks for it.</summary>
    Software,

    /// <summary>An input of the camera.</summary>
    Hardware,
}
