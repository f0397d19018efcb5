namespace AnomalyLine.Vision.Data;

/// <summary>One labelled frame of a data set.</summary>
/// <param name="Path">The image file.</param>
/// <param name="DefectKind">Name of its folder below test: "good" for a normal frame, else the kind of defect.</param>
/// <param name="MaskPath">The file that marks the defect's pixels; null for normal frames, and for defects that nobody outlined: pixel metrics skip those.</param>
public sealed record DatasetFrame(string Path, string DefectKind, string? MaskPath)
{
    /// <summary>The kind of normal frames.</summary>
    public const string Good = "good";

    /// <summary>Whether the frame shows a normal part.</summary>
    public bool IsNormal => string.Equals(DefectKind, Good, StringComparison.Ordinal);
}
