namespace AnomalyLine.Evaluation;

/// <summary>How well one kind of defect is found.</summary>
/// <param name="Kind">Name of the kind.</param>
/// <param name="Count">Its test frames, one of each part.</param>
/// <param name="Found">Those rejected at the calibrated threshold.</param>
/// <param name="EscapeRate">Share of them that passed, 0..1.</param>
/// <param name="ImageAuroc">Area under the receiver operating characteristic of this kind against all normal frames; null where there are none.</param>
/// <param name="MedianScore">Median of their scores.</param>
public sealed record EvaluationKind(string Kind, int Count, int Found, double EscapeRate, double? ImageAuroc, float MedianScore);
