namespace AnomalyLine.Detection.Models;

/// <summary>A held-out normal frame kept in a model file, to check at load that the model still gives it the same score.</summary>
/// <param name="File">Name in the archive: a PNG at the model's input size.</param>
/// <param name="Score">Its anomaly score when the file was written.</param>
public sealed record ModelReference(string File, float Score);
