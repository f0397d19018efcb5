using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Detection.Models;

/// <summary>
/// Which frames a model was trained on, those of the models it was started from included: a file of the archive with the SHA-256 of each frame's file, a line each in
/// ordinal order. Frames among them must neither calibrate the model nor compare it with others.
/// </summary>
public static class TrainingDigests
{
    internal const string Name = "training-set.txt";

    /// <summary>SHA-256 of a frame's file, 64 lower-case hex digits.</summary>
    /// <exception cref="DatasetException">The file cannot be read.</exception>
    public static string Of(string file)
    {
        using var stream = FrameFile.Open(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Digests of the frames that a model file was trained on; null where it does not say, as those of earlier releases.</summary>
    /// <exception cref="ModelFileException">The file is missing or damaged.</exception>
    public static IReadOnlySet<string>? Read(string modelFile) => Read(ModelFile.Read(modelFile).Files);

    /// <summary>Digests of all frames that a model file was trained or calibrated on; null where it does not say, as those of earlier releases.</summary>
    /// <exception cref="ModelFileException">The file is missing or damaged.</exception>
    public static IReadOnlySet<string>? ReadAll(string modelFile)
    {
        var files = ModelFile.Read(modelFile).Files;
        return Read(files) is { } trained && CalibrationFrame.Read(modelFile, files) is { } calibrated ? trained.Union(calibrated.Select(f => f.Sha256)).ToHashSet(StringComparer.Ordinal) : null;
    }

    internal static IReadOnlySet<string>? Read(IReadOnlyDictionary<string, byte[]> files) =>
        files.TryGetValue(Name, out var text) ? Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal) : null;

    internal static byte[] Write(IEnumerable<string> digests) => Encoding.ASCII.GetBytes(string.Concat(digests.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(d => d + '\n')));
}
