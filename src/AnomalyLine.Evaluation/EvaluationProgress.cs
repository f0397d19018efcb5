namespace AnomalyLine.Evaluation;

/// <summary>How far an evaluation is.</summary>
/// <param name="Done">Frames judged.</param>
/// <param name="Total">Frames to judge.</param>
public sealed record EvaluationProgress(int Done, int Total);
