using System.Globalization;
using AnomalyLine.Detection.Models;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Normal parts that set a threshold because they are unlike all others: a bent lead that somebody let pass as good makes every defect below it pass as well. They are told by Tukey's outer fence, the
/// upper quartile plus three times the range between the quartiles (Tukey, Exploratory data analysis, 1977).
/// </summary>
internal static class UnusualNormals
{
    private const double Fence = 3;

    /// <summary>Fewer scores than this have no quartiles to speak of.</summary>
    private const int LeastScores = 20;

    private const int MostNamed = 5;

    /// <summary>A sentence that names them; null where the threshold is not theirs.</summary>
    /// <param name="files">Frames that were calibrated with.</param>
    /// <param name="judged">What the model says of them, in the same order.</param>
    /// <param name="threshold">The threshold that was taken from them.</param>
    public static string? Note(IReadOnlyList<string> files, IReadOnlyList<CalibrationFrame> judged, float threshold)
    {
        if (judged.Count < LeastScores) return null;
        double[] sorted = [.. judged.Select(j => (double)j.Score).Order()];
        var (lower, upper) = (sorted[sorted.Length / 4], sorted[sorted.Length * 3 / 4]);
        var fence = upper + (Fence * (upper - lower));
        if (!(threshold > fence)) return null;
        var unusual = files.Zip(judged, (file, frame) => (Name: Path.GetFileName(file), frame.Score)).Where(f => f.Score > fence).OrderByDescending(f => f.Score).ToArray();
        if (unusual.Length == 0) return null;
        var names = string.Join(", ", unusual.Take(MostNamed).Select(f => Invariant($"{f.Name} ({f.Score:G4})"))) + (unusual.Length > MostNamed ? ", …" : "");
        var rest = sorted[^(unusual.Length + 1)];
        return Invariant($"The threshold of {threshold:G4} is set by {unusual.Length} of {judged.Count} normal parts that are unlike the others, whose scores end at {rest:G4}: {names}. ")
            + "Look at them. If one is defective, or was taken by mistake, take it out and train again: defects that score below it are not found. If they are good, collect more parts like them.";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
