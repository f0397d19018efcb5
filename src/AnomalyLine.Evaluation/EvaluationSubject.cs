using AnomalyLine.Detection.Thresholds;

namespace AnomalyLine.Evaluation;

/// <summary>What is said of the detector under evaluation.</summary>
/// <param name="Method">Name of its method, such as "riad".</param>
/// <param name="Device">What it runs on, such as "cpu".</param>
/// <param name="Calibration">Its thresholds from held-out normals.</param>
public sealed record EvaluationSubject(string Method, string Device, Calibration Calibration);
