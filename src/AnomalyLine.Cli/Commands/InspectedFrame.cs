using AnomalyLine.Imaging;

namespace AnomalyLine.Cli.Commands;

/// <summary>What came of an image.</summary>
/// <param name="Path">The image.</param>
/// <param name="Verdict">"NotOk" above the threshold, "NotDecidable" where no part was found, else "Ok".</param>
/// <param name="Score">The model's score; 0 where no part was found.</param>
/// <param name="Threshold">What it was compared with.</param>
/// <param name="Overlay">The picture that was written.</param>
/// <param name="Regions">Areas above the pixel threshold, pixels of the image.</param>
/// <param name="Reason">Why it is not decidable; empty where it is.</param>
internal sealed record InspectedFrame(string Path, string Verdict, float Score, float Threshold, string Overlay, IReadOnlyList<DefectRegion> Regions, string Reason = "");
