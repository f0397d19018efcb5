namespace AnomalyLine.Learning.Tuning;

/// <summary>How far the choice is.</summary>
/// <param name="Done">0..1.</param>
/// <param name="Text">What it does now.</param>
public sealed record TuningProgress(double Done, string Text);
