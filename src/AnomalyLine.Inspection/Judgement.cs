using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>What a recipe makes of a detection.</summary>
/// <param name="Verdict">The verdict; never <see cref="Verdict.Undefined"/>.</param>
/// <param name="ReasonCode">Why.</param>
/// <param name="ReasonText">Why, in words.</param>
/// <param name="Score">The detection's score; 0 where it was not a number.</param>
/// <param name="Regions">Areas above the pixel threshold, largest peak first, at most 64.</param>
public sealed record Judgement(
    Verdict Verdict, ReasonCode ReasonCode, string ReasonText, float Score, IReadOnlyList<DefectRegion> Regions);
