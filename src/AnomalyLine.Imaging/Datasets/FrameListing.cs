namespace AnomalyLine.Imaging.Datasets;

/// <summary>
/// The frames of a folder and what else lies there, so that nothing is left out in silence. Frames are png, jpg, jpeg, bmp, tif, tiff, webp, pgm or ppm files (any case).
/// Overlays that this program wrote are none; folders below are another kind of part and are not read. Hidden files count as absent. Immutable.
/// </summary>
/// <param name="Folder">Full path.</param>
/// <param name="Frames">Full paths in ordinal order of their names.</param>
/// <param name="Overlays">Overlays that this program wrote.</param>
/// <param name="Others">Files of other types, by extension in lower case ("" for none).</param>
/// <param name="Below">Frames in folders below, by the folder's name.</param>
public sealed record FrameListing(
    string Folder, IReadOnlyList<string> Frames, int Overlays, IReadOnlyDictionary<string, int> Others, IReadOnlyDictionary<string, int> Below)
{
    /// <summary>The types that are frames, for people.</summary>
    public const string Types = "png, jpg, jpeg, bmp, tif, tiff, webp, pgm or ppm";

    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"];

    /// <summary>Lists a folder; opens no file but those that are named like overlays.</summary>
    /// <param name="folder">A folder that exists.</param>
    public static FrameListing Of(string folder)
    {
        var files = Directory.EnumerateFiles(folder).Where(IsVisible).Order(StringComparer.Ordinal).ToLookup(IsFrame);
        var overlays = files[true].Where(Overlay.IsOverlay).ToHashSet(StringComparer.Ordinal);
        var others = files[false].CountBy(f => Path.GetExtension(f).ToLowerInvariant(), StringComparer.Ordinal);
        var below = Directory.EnumerateDirectories(folder).Where(IsVisible).Order(StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(Path.GetFileName(f), Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories).Count(file => IsVisible(file) && IsFrame(file))))
            .Where(pair => pair.Value > 0);
        return new FrameListing(
            Path.GetFullPath(folder), [.. files[true].Where(f => !overlays.Contains(f))], overlays.Count,
            new SortedDictionary<string, int>(others.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            new SortedDictionary<string, int>(below.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal));
    }

    /// <summary>What was left out, in words; null where nothing was.</summary>
    /// <param name="name">What the folder is called in it.</param>
    public string? Note(string name)
    {
        var parts = new List<string>();
        if (Below.Count > 0) parts.Add($"{Frames(Below.Values.Sum())} in {(Below.Count == 1 ? "a folder" : "folders")} below ({string.Join(", ", Below.Keys.Take(MostNamed))}{More(Below.Count)}), which are not read");
        if (Others.Count > 0)
        {
            var types = Others.Take(MostNamed).Select(pair => $"{pair.Value} {(pair.Key.Length == 0 ? "without a type" : pair.Key)}");
            parts.Add($"files that are no frames ({string.Join(", ", types)}{More(Others.Count)})");
        }

        if (Overlays > 0) parts.Add($"{Overlays} {(Overlays == 1 ? "overlay" : "overlays")} that 'inspect' wrote");
        return parts.Count == 0 ? null : $"{name}: left out {string.Join("; ", parts)}.";

        static string Frames(int count) => count == 1 ? "1 frame" : $"{count} frames";
        static string More(int count) => count > MostNamed ? ", …" : "";
    }

    private const int MostNamed = 4;

    /// <summary>Whether a file's name says that it is a frame.</summary>
    internal static bool IsFrame(string file) => s_extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>The types in the order that files of equal name are looked for.</summary>
    internal static IReadOnlyList<string> Extensions => s_extensions;

    private static bool IsVisible(string path) => !Path.GetFileName(path).StartsWith('.');
}
