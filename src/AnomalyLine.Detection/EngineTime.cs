namespace AnomalyLine.Detection;

/// <summary>What one batch took on one engine, map and score included.</summary>
/// <param name="Batch">Frames in the batch.</param>
/// <param name="Engine">The engine.</param>
/// <param name="Milliseconds">The least of several, in turn with another engine.</param>
public sealed record EngineTime(int Batch, ServingEngine Engine, double Milliseconds);
