using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>
/// A folder in MVTec AD layout: train/good, test/good, test/KIND, ground_truth/KIND/STEM_mask.png. Folders of good parts are called good or ok, in any case. Which files are
/// frames says <see cref="FrameListing"/>; what lies there beside them is left out and stands in <see cref="Notes"/>. Immutable: it is read once, when it is opened.
/// </summary>
public sealed class DatasetFolder
{
    private const string GroundTruth = "ground_truth", MaskEnd = "_mask";

    private DatasetFolder(string root, IReadOnlyList<string> trainNormals, IReadOnlyList<DatasetFrame> testFrames, IReadOnlyList<string> notes)
    {
        Root = root;
        TrainNormals = trainNormals;
        TestFrames = testFrames;
        Notes = notes;
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>Name of the folder, without its path.</summary>
    public string Name => Path.GetFileName(Root);

    /// <summary>Full paths of train/good; at least one where the folder was opened to train.</summary>
    public IReadOnlyList<string> TrainNormals { get; }

    /// <summary>Frames of test, kind by kind; empty where the folder has no test, which suffices to train but not to evaluate.</summary>
    public IReadOnlyList<DatasetFrame> TestFrames { get; }

    /// <summary>What was left out, and which masks were looked for in vain; a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Lists the frames to train on and to test with; opens none of them.</summary>
    /// <param name="path">The folder that holds train.</param>
    /// <exception cref="DatasetException">The folder is missing, has no train/good, or that holds no frame.</exception>
    public static DatasetFolder Open(string path)
    {
        var data = OpenToTest(path);
        if (data.TrainNormals.Count > 0) return data;
        var train = Path.Combine(data.Root, "train");
        if (GoodFolders(train).FirstOrDefault() is not { } good) throw new DatasetException($"{data.Root}: no folder train/good; put the frames of normal parts there (MVTec AD layout).");
        throw new DatasetException($"{good}: holds no frame; put {FrameListing.Types} files of normal parts there, not in folders below it.");
    }

    /// <summary>The same where nothing is to be trained: train/good may be missing or empty.</summary>
    /// <param name="path">The folder that holds test.</param>
    /// <exception cref="DatasetException">The folder is missing.</exception>
    public static DatasetFolder OpenToTest(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(root)) throw new DatasetException($"{root}: no such folder; name the folder that holds train/good.");
        var notes = new List<string>();
        var train = Kinds(root, "train", notes);
        var others = train.Where(k => !DatasetFrame.IsGood(k.Name)).ToArray();
        if (others.Length > 0) notes.Add($"train: left out {others.Sum(k => k.Frames.Count)} frames in {string.Join(", ", others.Select(k => k.Name))}; only good parts are learnt.");
        var test = Kinds(root, "test", notes).SelectMany(k => k.Frames.Select(frame => Label(root, k.Name, frame))).ToArray();
        if (LookedFor(root, test) is { } masks) notes.Add(masks);
        return new DatasetFolder(root, [.. train.Where(k => DatasetFrame.IsGood(k.Name)).SelectMany(k => k.Frames)], test, notes);
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

    /// <summary>Folders of good parts.</summary>
    private static IEnumerable<string> GoodFolders(string parent) => Directory.Exists(parent)
        ? Directory.EnumerateDirectories(parent).Where(f => DatasetFrame.IsGood(Path.GetFileName(f))).Order(StringComparer.Ordinal)
        : [];

    /// <summary>The frames of each folder below train or test.</summary>
    private static List<(string Name, IReadOnlyList<string> Frames)> Kinds(string root, string part, List<string> notes)
    {
        var parent = Path.Combine(root, part);
        if (!Directory.Exists(parent)) return [];
        var kinds = new List<(string, IReadOnlyList<string>)>();
        if (FrameListing.Of(parent).Frames is { Count: > 0 } loose) notes.Add($"{part}: left out {loose.Count} frames that lie in no folder of a kind, such as {part}/good.");
        foreach (var folder in Directory.EnumerateDirectories(parent).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            var listing = FrameListing.Of(folder);
            if (listing.Note($"{part}/{Path.GetFileName(folder)}") is { } note) notes.Add(note);
            kinds.Add((Path.GetFileName(folder), listing.Frames));
        }

        return kinds;
    }

    private static DatasetFrame Label(string root, string folder, string frame) => DatasetFrame.IsGood(folder)
        ? new DatasetFrame(frame, DatasetFrame.Good, null)
        : new DatasetFrame(frame, folder, Masks(root, folder, frame).FirstOrDefault(File.Exists));

    /// <summary>Where a mask may be: with "_mask" after the frame's name or without, of any type.</summary>
    private static IEnumerable<string> Masks(string root, string kind, string frame)
    {
        var stem = Path.Combine(root, GroundTruth, kind, Path.GetFileNameWithoutExtension(frame));
        return new[] { stem + MaskEnd, stem }.SelectMany(name => FrameListing.Extensions.Select(type => name + type));
    }

    /// <summary>Which names were tried for the masks that are missing; null where all are there.</summary>
    private static string? LookedFor(string root, DatasetFrame[] test)
    {
        var without = test.Where(f => !f.IsNormal && f.MaskPath is null).ToArray();
        if (without.Length == 0) return null;
        var (first, stem) = (without[0], Path.GetFileNameWithoutExtension(without[0].Path));
        var folder = $"{GroundTruth}/{first.DefectKind}";
        return $"{without.Length} of {test.Count(f => !f.IsNormal)} defective frames have no mask: for {Path.GetRelativePath(root, first.Path)} "
            + $"{folder}/{stem}{MaskEnd}.png and {folder}/{stem}.png were looked for, and the same as {string.Join(", ", FrameListing.Extensions.Skip(1).Select(e => e[1..]))}.";
    }
}
