using System.Security.Cryptography;
using System.Text;

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

    /// <summary>
    /// Folder of a kind of defect that people call what they like: the name itself where it is letters, digits, '-' and '_' and no word for normal frames; else with '_' in the place of all
    /// else and the first digits of its SHA-256, so that two kinds never share a folder.
    /// </summary>
    /// <param name="kind">At least one character.</param>
    public static string FolderOf(string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        var name = string.Concat(kind.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return name == kind && !IsGood(kind) ? kind : $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kind)).AsSpan(0, 3))}";
    }
}
