using System.Globalization;
using System.Text.Json;
using AnomalyLine.Evaluation;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Management.Samples;

/// <summary>
/// What a leave-out pass says of normals: those whose score, by a model of all the others (<see cref="LeaveOutScores"/>), is odd among the scores of the others. Immutable.
/// </summary>
/// <param name="Checked">Normals that were checked.</param>
/// <param name="Reasons">Why a normal is doubted, by its file's name without extension, the most doubted first.</param>
public sealed record LeaveOutReport(int Checked, IReadOnlyList<KeyValuePair<string, string>> Reasons)
{
    /// <summary>Normals that are checked at most: beyond it the pass would take minutes.</summary>
    public const int MostChecked = 1000;

    /// <summary>Checks, and writes the report.</summary>
    /// <exception cref="DatasetException">A picture cannot be read.</exception>
    /// <exception cref="IOException">The report cannot be written.</exception>
    public static LeaveOutReport Make(LeaveOutRequest request, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(request);

        // By name: a sample's is the hash of its content, so that the order says nothing of what is on it.
        var files = request.Files.OrderBy(Path.GetFileName, StringComparer.Ordinal).Take(MostChecked).ToList();
        if (files.Count < OddScores.FewestForMedian) return Write(new LeaveOutReport(0, []), request.Output);
        var scores = LeaveOutScores.Of(files, progress);
        var (median, deviation) = OddScores.Robust(scores);
        var doubts = files.Zip(scores, (file, score) => (File: Path.GetFileNameWithoutExtension(file), Odd: (score - median) / deviation))
            .Where(found => found.Odd > OddScores.Deviations).OrderByDescending(found => found.Odd).ToList();
        return Write(new LeaveOutReport(files.Count, [.. doubts.Select((doubt, i) => KeyValuePair.Create(doubt.File, Say(doubt.Odd, i + 1, files.Count)))]), request.Output);
    }

    /// <summary>Reads a report; null where there is none.</summary>
    public static LeaveOutReport? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<LeaveOutReport>(File.ReadAllBytes(path)) : null;

    /// <summary>In words, for a log.</summary>
    public IEnumerable<string> Lines() => Checked == 0
        ? [$"guard: no normal was checked; it takes {OddScores.FewestForMedian}"]
        : [$"guard: {Checked} normals were checked against one another, {Reasons.Count} look as if they were none", .. Reasons.Select(doubt => $"guard: WARNING {doubt.Key}: {doubt.Value}")];

    private static string Say(double odd, int place, int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"A model of all the other normals finds it odd: {odd:0.0} robust standard deviations above them, place {place} of {count}; more than {OddScores.Deviations:0} are asked about.");

    private static LeaveOutReport Write(LeaveOutReport report, string path)
    {
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(report));
        return report;
    }
}
