using System.Globalization;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>
/// Image files in the form a model takes, for one that judges clips with the frames before each. Those are told by the numbers that their names end
/// in: before 044.jpg come 043.jpg and 042.jpg. Stateless; any thread.
/// </summary>
public static class ClipFile
{
    /// <summary>Reads a file, and for a model of clips the frames before it; where there is none, the earliest stands for those as well.</summary>
    /// <param name="path">The file that is judged.</param>
    /// <param name="input">What the model takes.</param>
    /// <returns>The result; the caller disposes it.</returns>
    /// <exception cref="PartNotFoundException">The model aligns parts, and a frame shows none where parts lie.</exception>
    /// <exception cref="DatasetException">A file is no image, or its name ends in no number.</exception>
    public static PreparedFrame Prepare(string path, InputSpec input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var files = EndingAt(path, input.Frames);
        if (files.Count == 1) return One(path, input);
        var frames = new List<PreparedFrame>(files.Count);
        try
        {
            foreach (var file in files) frames.Add(One(file, input.ForOneFrame()));
            return PreparedFrame.Join(input, frames);
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }
    }

    /// <summary>Files of the clip that ends at one, oldest first.</summary>
    /// <param name="path">The last.</param>
    /// <param name="frames">How many, at least 1.</param>
    internal static IReadOnlyList<string> EndingAt(string path, int frames)
    {
        var files = new List<string> { path };
        while (files.Count < frames) files.Insert(0, Before(files[0]) ?? files[0]);
        return files;
    }

    /// <summary>The frame before, beside it or, as a clip's frames may be of several kinds, in another folder of the same test; null where there is none.</summary>
    private static string? Before(string path)
    {
        var (stem, folder) = (Path.GetFileNameWithoutExtension(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
        var letters = stem.AsSpan().TrimEnd("0123456789");
        var digits = stem[letters.Length..];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new DatasetException($"{path}: its name ends in no number, so the frames before it are not known; number a clip's frames, as in 044.jpg.");
        if (number == 0) return null;
        var name = $"{letters}{(number - 1).ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length, '0')}{Path.GetExtension(path)}";
        var test = Path.GetDirectoryName(folder);
        var others = Path.GetFileName(test) == "test" ? Directory.EnumerateDirectories(test!).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return others.Prepend(folder).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }

    private static PreparedFrame One(string path, InputSpec input) =>
        FramePreparer.TryPrepare(FrameFile.Read(path), input, null, out var prepared, out var error, out var isPartMissing) ? prepared
            : throw (isPartMissing ? new PartNotFoundException($"{path}: {error}") : new DatasetException($"{path}: {error}"));
}
