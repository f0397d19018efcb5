using System.Runtime.InteropServices;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Management.Training;

/// <summary>
/// A job's folder jobs/ID: its frames in MVTec AD layout, its model, its comparison and its log. Pictures are linked, not copied, where the disk can do that.
/// A normal belongs to the frozen set by its content, one of five, for ever: no job of any time trains on it, so that every gate can use it.
/// </summary>
public sealed class JobFolder
{
    private const int FrozenBelow = 0x33;
    private readonly string _root;

    /// <summary>The folder of a job.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    /// <param name="job">The job's number.</param>
    public JobFolder(string dataFolder, long job)
    {
        _root = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataFolder), "jobs", job.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The folder.</summary>
    public string Path => _root;

    /// <summary>Its frames.</summary>
    public string Data => System.IO.Path.Combine(_root, "data");

    /// <summary>The frames that it trains on, once collected.</summary>
    public IReadOnlyList<string> Normals => [.. Directory.EnumerateFiles(At("train", DatasetFrame.Good))];

    /// <summary>Its model file, once trained.</summary>
    public string Model => System.IO.Path.Combine(_root, "model.alm");

    /// <summary>Its log.</summary>
    public string Log => System.IO.Path.Combine(_root, "log.txt");

    /// <summary>Its comparison as JSON, once compared.</summary>
    public string Gate => System.IO.Path.Combine(_root, "gate.json");

    /// <summary>The same as a page.</summary>
    public string GatePage => System.IO.Path.ChangeExtension(Gate, ".html");

    /// <summary>What its model said of frames that it has not learnt from, once tried.</summary>
    public string Trial => System.IO.Path.Combine(_root, "trial.json");

    /// <summary>What the guard says of its normals, once checked.</summary>
    public string Doubts => System.IO.Path.Combine(_root, "doubts.json");

    /// <summary>Bytes that are free on its disk.</summary>
    public long FreeBytes => new DriveInfo(Directory.CreateDirectory(_root).FullName).AvailableFreeSpace;

    /// <summary>Whether a normal with this SHA-256 is kept out of all trainings.</summary>
    public static bool IsFrozen(string sha256) => Convert.FromHexString(sha256.AsSpan(0, 2))[0] < FrozenBelow;

    /// <summary>Collects the frames; what is there already stays.</summary>
    /// <param name="normals">Pictures of approved normals with their SHA-256.</param>
    /// <param name="rejects">Pictures of approved defects with their SHA-256 and kind.</param>
    /// <param name="baseData">A data set to take beside them; null for none.</param>
    /// <returns>Normals to train on, and frozen ones.</returns>
    /// <exception cref="DatasetException">The base set cannot be used.</exception>
    /// <exception cref="IOException">A picture is gone, or the disk is full.</exception>
    public (int Trained, int Frozen) Collect(IEnumerable<(string Path, string Sha256)> normals, IEnumerable<(string Path, string Sha256, string Kind)> rejects, string? baseData)
    {
        int trained = 0, frozen = 0;
        Directory.CreateDirectory(At("train", DatasetFrame.Good));
        foreach (var (path, sha256) in normals)
        {
            if (IsFrozen(sha256)) frozen++;
            else trained++;
            Link(path, At(IsFrozen(sha256) ? "test" : "train", DatasetFrame.Good, sha256 + System.IO.Path.GetExtension(path)));
        }

        foreach (var (path, sha256, kind) in rejects) Link(path, At("test", kind.Length == 0 ? "defect" : DatasetFrame.FolderOf(kind), sha256 + System.IO.Path.GetExtension(path)));
        if (baseData is null) return (trained, frozen);
        var data = DatasetFolder.OpenToTest(baseData);
        foreach (var path in data.TrainNormals)
        {
            var isFrozen = IsFrozen(TrainingDigests.Of(path));
            if (isFrozen) frozen++;
            else trained++;
            Link(path, At(isFrozen ? "test" : "train", DatasetFrame.Good, $"base-{(isFrozen ? "train-" : "")}{System.IO.Path.GetFileName(path)}"));
        }

        foreach (var frame in data.TestFrames) Link(frame.Path, At("test", frame.DefectKind, "base-" + System.IO.Path.GetFileName(frame.Path)));
        return (trained, frozen + data.TestFrames.Count(frame => frame.IsNormal));
    }

    /// <summary>Adds a line to the log; where the disk is full it is left out, for the job's end must be told all the same.</summary>
    public void Write(string line)
    {
        try
        {
            Directory.CreateDirectory(_root);
            File.AppendAllText(Log, line + '\n');
        }
        catch (IOException)
        {
            // The job itself says that its disk is full.
        }
    }

    /// <summary>Takes the frames away: they are needed no more.</summary>
    public void DeleteData()
    {
        if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
    }

    private string At(params string[] names) => System.IO.Path.Combine([Data, .. names]);

    private static void Link(string from, string to)
    {
        if (File.Exists(to)) return;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
        if (HardLink(from, to) != 0) File.Copy(from, to);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HardLink([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
