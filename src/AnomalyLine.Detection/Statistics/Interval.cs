namespace AnomalyLine.Detection.Statistics;

/// <summary>A range of values, both ends included.</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
public sealed record Interval(double Lower, double Upper);
