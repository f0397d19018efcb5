namespace AnomalyLine.Imaging.Datasets;

/// <summary>One labelled frame of a data set.</summary>
/// <param name="Path">The image file.</param>
/// <param name="DefectKind"><see cref="Good"/> for a normal frame, else the kind of defect: the name of its folder below test.</param>
/// <param name="MaskPath">The file that marks the defect's pixels; null for normal frames, and for defects that nobody outlined: pixel metrics skip those.</param>
public sealed record DatasetFrame(string Path, string DefectKind, string? MaskPath)
{
    /// <summary>The kind of normal frames.</summary>
    public const string Good = "good";

    /// <summary>Whether the frame shows a normal part.</summary>
    public bool IsNormal => string.Equals(DefectKind, Good, StringComparison.Ordinal);

    /// <summary>Whether a folder of this name holds normal frames: good or ok, in any case.</summary>
    public static bool IsGood(string folder) =>
        string.Equals(folder, Good, StringComparison.OrdinalIgnoreCase) || string.Equals(folder, "ok", StringComparison.OrdinalIgnoreCase);
}
