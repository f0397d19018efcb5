namespace AnomalyLine.Learning.Methods;

/// <summary>How the map becomes the frame's score.</summary>
internal enum FrameScore
{
    /// <summary>Its mean: how much of the frame is wrong, and how wrong.</summary>
    Mean,

    /// <summary>Its maximum: how wrong the worst place is.</summary>
    Max,
}
