using AnomalyLine.Imaging;

namespace AnomalyLine.Detection;

/// <summary>What a model says of a frame.</summary>
/// <param name="Map">How anomalous each place is.</param>
/// <param name="Score">How anomalous the frame is; higher is more anomalous. What a recipe's threshold is compared with.</param>
public sealed record DetectionResult(AnomalyMap Map, float Score)
{
    /// <summary>
    /// What the network's passes took, those of the whole batch together, milliseconds, at least 0; 0 for a detector without a network. On a card it is the time until the passes
    /// were queued: the card computes them while map and score wait for it.
    /// </summary>
    public double ForwardMs { get; init; }
}
