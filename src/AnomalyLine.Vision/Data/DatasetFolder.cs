using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Vision.Data;

/// <summary>
/// A folder in MVTec AD layout: train/good, test/good, test/KIND, ground_truth/KIND/STEM_mask.png. Frames are png, jpg, jpeg or bmp files (any case)
/// in ordinal order of their names; other files, hidden files and deeper folders are left out. Immutable: it is read once, when it is opened.
/// </summary>
public sealed class DatasetFolder
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp"];

    private DatasetFolder(string root, IReadOnlyList<string> trainNormals, IReadOnlyList<DatasetFrame> testFrames)
    {
        Root = root;
        TrainNormals = trainNormals;
        TestFrames = testFrames;
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>Name of the folder, without its path.</summary>
    public string Name => Path.GetFileName(Root);

    /// <summary>Full paths of train/good, at least one.</summary>
    public IReadOnlyList<string> TrainNormals { get; }

    /// <summary>Frames of test, kind by kind; empty where the folder has no test, which suffices to train but not to evaluate.</summary>
    public IReadOnlyList<DatasetFrame> TestFrames { get; }

    /// <summary>Lists the frames; opens none of them.</summary>
    /// <param name="path">The folder that holds train.</param>
    /// <exception cref="DatasetException">The folder is missing, has no train/good, or that holds no frame.</exception>
    public static DatasetFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(root)) throw new DatasetException($"{root}: no such folder; name the folder that holds train/good.");
        var train = Path.Combine(root, "train", DatasetFrame.Good);
        if (!Directory.Exists(train)) throw new DatasetException($"{root}: no folder train/good; put the frames of normal parts there (MVTec AD layout).");
        var normals = Frames(train).ToArray();
        if (normals.Length == 0) throw new DatasetException($"{train}: holds no frame; put png, jpg, jpeg or bmp files of normal parts there.");
        return new DatasetFolder(root, normals, TestFramesOf(root));
    }

    /// <summary>
    /// SHA-256 that tells sets of frames apart, wherever they lie: over, for each file in ordinal order of names, the name in UTF-8, a zero byte and the SHA-256 of its bytes.
    /// </summary>
    /// <param name="files">Paths, in any order; only the names without folders count.</param>
    /// <returns>64 lower-case hex digits.</returns>
    /// <exception cref="DatasetException">A file cannot be read.</exception>
    public static string Digest(IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> ofFile = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var file in files.OrderBy(Path.GetFileName, StringComparer.Ordinal).ThenBy(f => f, StringComparer.Ordinal))
        {
            sum.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            sum.AppendData([0]);
            using var stream = FrameFile.Open(file);
            SHA256.HashData(stream, ofFile);
            sum.AppendData(ofFile);
        }

        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    /// <summary>Full paths of the frames in a folder, in ordinal order of their names.</summary>
    /// <param name="folder">A folder that exists.</param>
    public static IEnumerable<string> Frames(string folder) => Directory.EnumerateFiles(folder)
        .Where(f => !Path.GetFileName(f).StartsWith('.') && Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);

    private static List<DatasetFrame> TestFramesOf(string root)
    {
        var test = Path.Combine(root, "test");
        if (!Directory.Exists(test)) return [];
        var kinds = Directory.EnumerateDirectories(test).Select(f => Path.GetFileName(f)).Where(k => !k.StartsWith('.')).Order(StringComparer.Ordinal);
        return [.. kinds.SelectMany(kind => Frames(Path.Combine(test, kind)).Select(frame => new DatasetFrame(frame, kind, Mask(root, kind, frame))))];
    }

    private static string? Mask(string root, string kind, string frame)
    {
        if (string.Equals(kind, DatasetFrame.Good, StringComparison.Ordinal)) return null;
        var mask = Path.Combine(root, "ground_truth", kind, Path.GetFileNameWithoutExtension(frame) + "_mask.png");
        return File.Exists(mask) ? mask : null;
    }
}
