namespace AnomalyLine.Detection.Models;

/// <summary>The frames that a model was trained on.</summary>
/// <param name="Count">Frames trained on, without the held-out ones, equal ones once.</param>
/// <param name="Digest">SHA-256 over the names and bytes of all normal frames, 64 hex digits.</param>
/// <param name="Frames">All normal frames, the held-out ones and copies included; 0 in files of earlier releases.</param>
/// <param name="Parts">Different parts that they show; 0 in files of earlier releases.</param>
public sealed record TrainingSet(int Count, string Digest, int Frames = 0, int Parts = 0);
