using AnomalyLine.Detection.Thresholds;

namespace AnomalyLine.Management.Gate;

/// <summary>One of the two models of a comparison.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Threshold">What it was judged by.</param>
/// <param name="Calibration">Its calibration.</param>
/// <param name="MedianNormalScore">Median of its scores on the frozen normals; null without any.</param>
public sealed record GateModel(string Version, string Method, float Threshold, Calibration Calibration, float? MedianNormalScore);
