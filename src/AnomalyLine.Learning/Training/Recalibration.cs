using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// A new threshold for an existing model, from normal frames that it has not learnt from. The threshold is the r-th largest of n scores; its true false-reject rate is then
/// Beta(r, n + 1 - r) distributed (Vovk, "Conditional validity of inductive conformal predictors", 2012), which is at most a with a chance of P(Bin(n, a) >= r). The largest r whose
/// chance reaches the confidence is taken. Even r = 1 needs n >= log(1 - confidence) / log(1 - a) frames: fewer are refused.
/// </summary>
public static class Recalibration
{
    /// <summary>Frames that a rate and a confidence need at least.</summary>
    public static int Needed(double falseRejectRate, double confidence) => (int)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - falseRejectRate));

    /// <summary>Judges the normals with the model and takes the thresholds. Runs on the calling thread.</summary>
    /// <param name="modelFile">The .alm file; it stays as it is.</param>
    /// <param name="normals">Frames of normal parts; parts that the model learnt from are left out, and of each other one a single frame is taken.</param>
    /// <param name="falseRejectRate">The share of normal parts that may be rejected, above 0 and below 1.</param>
    /// <param name="confidence">How sure that must be, above 0 and below 1.</param>
    /// <param name="device">"auto", "cpu" or "cuda".</param>
    /// <param name="cancel">Stops between two frames.</param>
    /// <exception cref="TrainingException">There are too few frames for the rate; the message says how many it takes.</exception>
    /// <exception cref="ModelFileException">The model cannot be loaded.</exception>
    /// <exception cref="DatasetException">A frame cannot be read.</exception>
    public static ThresholdCertificate Run(
        string modelFile, IReadOnlyList<string> normals, double falseRejectRate, double confidence = 0.95, string device = "auto", CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(normals);
        var learnt = TrainingDigests.Read(modelFile);
        var groups = PartGroups.Of(normals, cancel);
        string[] fresh = [.. groups.Parts.Where(part => learnt is null || !part.Files.Any(path => learnt.Contains(TrainingDigests.Of(path)))).Select(part => part.Sample)];

        // Before the work: a refusal should not take an hour.
        Rank(fresh.Length, falseRejectRate, confidence);
        using var model = ModelLoader.Load(modelFile, device);
        List<float> scores = [], peaks = [];
        List<string> missing = [];
        foreach (var path in fresh)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using var prepared = ClipFile.Prepare(path, model.Input);
                var detection = model.Detect([prepared])[0];
                scores.Add(detection.Score);
                peaks.Add(detection.Map.Values.ToArray().Max());
            }
            catch (PartNotFoundException e)
            {
                // Not decidable whatever the threshold is.
                missing.Add($"left out, for it has no score: {e.Message}");
            }
        }

        return Certify(scores, peaks, falseRejectRate, confidence) with
        {
            Notes = [.. new[] { groups.Note("normal frames") }.OfType<string>(), .. groups.Unreadable.Select(e => $"left out, for it cannot be read: {e}"), .. missing],
            Unreadable = groups.Unreadable,
        };
    }

    /// <summary>Takes the thresholds from scores.</summary>
    /// <param name="scores">Scores of normal parts that the model has not learnt from, one of each.</param>
    /// <param name="mapMaxima">The largest value of each of their maps.</param>
    /// <param name="falseRejectRate">The share of normal parts that may be rejected, above 0 and below 1.</param>
    /// <param name="confidence">How sure that must be, above 0 and below 1.</param>
    /// <exception cref="TrainingException">There are too few; the message says how many it takes.</exception>
    public static ThresholdCertificate Certify(IReadOnlyList<float> scores, IReadOnlyList<float> mapMaxima, double falseRejectRate, double confidence)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var rank = Rank(scores.Count, falseRejectRate, confidence);
        float[] frames = [.. scores.Order()], places = [.. mapMaxima.Order()];
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"With {confidence * 100:0.##} % confidence at most {falseRejectRate * 100:0.##} % of normal parts are rejected: the threshold is the {rank}. largest score of {scores.Count} different normal parts that the model has not learnt from.");
        return new ThresholdCertificate(frames[^rank], places[^rank], scores.Count, falseRejectRate, confidence, note);
    }

    /// <summary>The largest r with P(Bin(n, a) >= r) at least the confidence.</summary>
    private static int Rank(int count, double rate, double confidence)
    {
        if (rate is not (> 0 and < 1)) throw new TrainingException($"the false-reject rate is {rate}; it must be above 0 and below 1.");
        if (confidence is not (> 0 and < 1)) throw new TrainingException($"the confidence is {confidence}; it must be above 0 and below 1.");
        var needed = Needed(rate, confidence);
        if (count < needed)
        {
            throw new TrainingException(string.Create(
                CultureInfo.InvariantCulture,
                $"There are {count} different normal parts that the model has not learnt from; {rate * 100:0.##} % with {confidence * 100:0.##} % confidence takes {needed}. Approve {needed - count} more, or ask for a higher rate or a lower confidence."));
        }

        var logTerm = count * Math.Log(1 - rate);
        var atMost = 0.0;
        for (var r = 0; r < count; r++)
        {
            atMost += Math.Exp(logTerm);
            if (1 - atMost < confidence) return r;
            logTerm += Math.Log((count - r) / (r + 1.0)) + Math.Log(rate) - Math.Log(1 - rate);
        }

        return count;
    }
}
