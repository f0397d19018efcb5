using AnomalyLine.Detection;

namespace AnomalyLine.Inspection.Batching;

/// <summary>What came of a frame first: a detection, or why there is none.</summary>
/// <param name="Detection">What the model says; null where there is a reason instead.</param>
/// <param name="ReasonCode">Why there is no detection.</param>
/// <param name="ReasonText">Why, in words.</param>
internal sealed record Decision(DetectionResult? Detection, ReasonCode ReasonCode, string ReasonText)
{
    public static Decision Of(DetectionResult detection) => new(detection, ReasonCode.Unspecified, "");

    public static Decision None(ReasonCode code, string text) => new(null, code, text);
}
