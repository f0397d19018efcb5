using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Models;

/// <summary>What a model says of a frame.</summary>
/// <param name="Map">How anomalous each place is.</param>
/// <param name="Score">How anomalous the frame is; higher is more anomalous. What a recipe's threshold is compared with.</param>
public sealed record Detection(AnomalyMap Map, float Score);
