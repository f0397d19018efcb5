using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Whether the held-out normals are all of one kind: in the order of their names, which is mostly that in which they were taken, neither score nor brightness nor sharpness
/// may change at a place. Held-out normals are drawn at random from all of them, so that a change among them is one among all.
/// </summary>
internal static class HeldOutCheck
{
    /// <summary>Chance of a random order, and how clearly the two sides must differ, before something is said.</summary>
    private const double LeastChance = 0.001, LeastShare = 0.8;

    /// <summary>A sentence for the clearest change; none if there is none.</summary>
    /// <param name="files">Held-out frames.</param>
    /// <param name="judged">What the model and their pictures say of them, in the same order.</param>
    public static IEnumerable<string> Notes(IReadOnlyList<string> files, IReadOnlyList<CalibrationFrame> judged)
    {
        var ordered = files.Zip(judged, (file, set) => (Name: Path.GetFileName(file), Set: set)).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
        var signals = new (string Name, Func<CalibrationFrame, double> Value)[]
        {
            ("score", s => s.Score), ("brightness", s => s.Statistics.Brightness), ("sharpness", s => s.Statistics.Sharpness),
        };
        var clearest = signals.Select(signal => (signal.Name, Values: ordered.Select(f => signal.Value(f.Set)).ToArray()))
            .Select(s => (s.Name, s.Values, Change: OrderedChange.Find(s.Values)))
            .Where(s => s.Change is { PValue: <= LeastChance } change && Math.Abs(change.Share - 0.5) >= LeastShare - 0.5)
            .OrderByDescending(s => Math.Abs(s.Change!.Share - 0.5)).FirstOrDefault();
        if (clearest.Change is not { } change) yield break;
        var (from, rest) = (ordered[change.At].Name, ordered.Length - change.At);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The held-out normals are not all alike: from {from} on {rest} of {ordered.Length} have another {clearest.Name} (median {Median(clearest.Values[change.At..]):G4} instead of {Median(clearest.Values[..change.At]):G4}; a chance of {change.PValue:G1} in a random order). ")
            + "Are they of another station, lamp or product? The threshold holds for parts in this very mixture only.";
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
