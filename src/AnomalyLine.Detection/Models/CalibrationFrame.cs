using System.Globalization;
using System.Text;
using AnomalyLine.Imaging;

namespace AnomalyLine.Detection.Models;

/// <summary>The held-out normals that a model was calibrated with, and what it said of them: a file of the archive, one "SHA256 SCORE PEAK BRIGHTNESS SHARPNESS CENTRE-X CENTRE-Y" a line in ordinal order.</summary>
/// <param name="Sha256">SHA-256 of the frame's file, 64 lower-case hex digits.</param>
/// <param name="Score">The model's score.</param>
/// <param name="Peak">The largest value of its anomaly map.</param>
/// <param name="Statistics">Its brightness, sharpness and position.</param>
public sealed record CalibrationFrame(string Sha256, float Score, float Peak, FrameStatistics Statistics)
{
    internal const string Name = "calibration-set.txt";

    /// <summary>The frames that a model file was calibrated with; null where it does not say, as those of earlier releases.</summary>
    /// <exception cref="ModelFileException">The file is missing or damaged.</exception>
    public static IReadOnlyList<CalibrationFrame>? Read(string modelFile) => Read(modelFile, ModelFile.Read(modelFile).Files);

    internal static IReadOnlyList<CalibrationFrame>? Read(string path, IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue(Name, out var text)) return null;
        try
        {
            return [.. Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException)
        {
            throw new ModelFileException($"{path}: {Name} is damaged ({e.Message}); copy the file again.", e);
        }
    }

    internal static byte[] Write(IEnumerable<CalibrationFrame> frames) => Encoding.ASCII.GetBytes(string.Concat(frames.OrderBy(f => f.Sha256, StringComparer.Ordinal)
        .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Sha256} {f.Score:R} {f.Peak:R} {f.Statistics.Brightness:R} {f.Statistics.Sharpness:R} {f.Statistics.CentreX:R} {f.Statistics.CentreY:R}\n"))));

    private static CalibrationFrame Parse(string line)
    {
        var parts = line.Split(' ');
        double At(int column) => double.Parse(parts[column], CultureInfo.InvariantCulture);
        return new(parts[0], float.Parse(parts[1], CultureInfo.InvariantCulture), float.Parse(parts[2], CultureInfo.InvariantCulture), new FrameStatistics(At(3), At(4), At(5), At(6)));
    }
}
