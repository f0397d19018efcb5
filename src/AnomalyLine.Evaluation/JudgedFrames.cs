using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation;

/// <summary>Test frames while they are judged.</summary>
/// <param name="Pixels">Scores of places of those whose defects are known.</param>
internal sealed record JudgedFrames(PixelScores Pixels)
{
    /// <summary>What came of each.</summary>
    public List<EvaluationFrame> Frames { get; } = [];

    /// <summary>Where each is from, in the same order.</summary>
    public List<DatasetFrame> Sources { get; } = [];

    /// <summary>What is wrong with those that could not be judged.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>Masks that do not look like the outline of a defect, and what they look like.</summary>
    public List<(string Name, string Doubt)> OddMasks { get; } = [];
}
