namespace AnomalyLine.Evaluation.Metrics;

/// <summary>One threshold's place on the receiver operating characteristic.</summary>
/// <param name="FalsePositiveRate">Share of the normal ones taken for anomalous, 0..1.</param>
/// <param name="TruePositiveRate">Share of the anomalous ones found, 0..1.</param>
public sealed record RocPoint(double FalsePositiveRate, double TruePositiveRate);
