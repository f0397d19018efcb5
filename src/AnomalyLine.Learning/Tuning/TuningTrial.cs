using AnomalyLine.Evaluation.Defects;

namespace AnomalyLine.Learning.Tuning;

/// <summary>A method that was tried, or why it was not.</summary>
/// <param name="Round">1 for all methods, 2 for the best of them, 3 for the best of those; 0 where it was not tried.</param>
/// <param name="Method">The method.</param>
/// <param name="Preset">The preset.</param>
/// <param name="MsPerFrame">Time to judge a frame alone, milliseconds.</param>
/// <param name="Minutes">Time of the training steps.</param>
/// <param name="Score">How it did on planted defects; null where it has no model.</param>
/// <param name="IsChosen">Whether its model is the one that was written.</param>
/// <param name="Note">Why it has no model; empty where it has.</param>
public sealed record TuningTrial(int Round, string Method, string Preset, double MsPerFrame, double Minutes, SyntheticScore? Score, bool IsChosen, string Note)
{
    /// <summary>Its model, for as long as there is one; null where none was made.</summary>
    internal string? ModelPath { get; init; }
}
