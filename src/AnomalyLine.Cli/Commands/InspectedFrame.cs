using AnomalyLine.Imaging;

namespace AnomalyLine.Cli.Commands;

/// <summary>What came of an image.</summary>
/// <param name="Path">The image.</param>
/// <param name="Verdict">"NotOk" above the threshold, else "Ok".</param>
/// <param name="Score">The model's score.</param>
/// <param name="Threshold">What it was compared with.</param>
/// <param name="Overlay">The picture that was written.</param>
/// <param name="Regions">Areas above the pixel threshold, pixels of the image.</param>
internal sealed record InspectedFrame(string Path, string Verdict, float Score, float Threshold, string Overlay, IReadOnlyList<DefectRegion> Regions);
