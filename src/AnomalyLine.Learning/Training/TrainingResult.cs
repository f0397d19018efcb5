using AnomalyLine.Detection.Models;

namespace AnomalyLine.Learning.Training;

/// <summary>What came of a training.</summary>
/// <param name="Path">The model file.</param>
/// <param name="Version">Its version.</param>
/// <param name="Manifest">What it says of itself.</param>
public sealed record TrainingResult(string Path, string Version, ModelManifest Manifest)
{
    /// <summary>What is wrong with the frames that could not be read; the training left them out.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}
