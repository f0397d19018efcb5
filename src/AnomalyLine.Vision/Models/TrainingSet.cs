namespace AnomalyLine.Vision.Models;

/// <summary>The frames that a model was trained on.</summary>
/// <param name="Count">Frames trained on, without the held-out ones.</param>
/// <param name="Digest">SHA-256 over the names and bytes of all normal frames, 64 hex digits.</param>
public sealed record TrainingSet(int Count, string Digest);
