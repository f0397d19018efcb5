namespace AnomalyLine.Vision.Models;

/// <summary>What one batch took on one engine, map and score included.</summary>
/// <param name="Batch">Frames in the batch.</param>
/// <param name="TorchMs">Milliseconds on libtorch, the least of several.</param>
/// <param name="OnnxMs">Milliseconds on ONNX Runtime, the least of as many, in turn with the others.</param>
public sealed record EngineTime(int Batch, double TorchMs, double OnnxMs);
