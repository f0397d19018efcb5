using System.Globalization;
using AnomalyLine.Detection.Statistics;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation;

/// <summary>Judged frames to figures.</summary>
internal static class EvaluationSummary
{
    public static EvaluationResult Of(
        EvaluationSubject subject, DatasetFolder data, JudgedFrames judged, EvaluationPace pace, string modelVersion, DateTimeOffset time)
    {
        var (frames, pixels) = (judged.Frames, judged.Pixels);
        var scores = frames.Select(frame => frame.Score).ToArray();
        var anomalous = frames.Select(frame => !IsNormal(frame)).ToArray();
        var normals = frames.Where(frame => IsNormal(frame) && !frame.IsCopy).ToArray();
        var defective = frames.Where(frame => !IsNormal(frame) && !frame.IsCopy).ToArray();
        var f1Max = F1Max.Of(scores, anomalous);
        int falseRejects = normals.Count(frame => frame.IsRejected), escapes = defective.Count(frame => !frame.IsRejected);
        var counts = new EvaluationCounts(
            frames.Count(IsNormal), frames.Count(frame => !IsNormal(frame)),
            frames.Where(frame => !IsNormal(frame)).CountBy(frame => frame.Kind, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            judged.Sources.Count(frame => !frame.IsNormal && frame.MaskPath is null), pixels.DefectAreas, normals.Length, defective.Length);
        double? chance = normals.Length > 0 && subject.Calibration.Count > 0 ? subject.Calibration.ChanceOf(falseRejects, normals.Length) : null;
        return new EvaluationResult
        {
            Method = subject.Method,
            ImageAuroc = Known(Auroc.Of(scores, anomalous)),
            PixelAuroc = Known(pixels.Auroc()),
            ImageAp = Known(AveragePrecision.Of(scores, anomalous)),
            PixelAp = Known(pixels.AveragePrecision()),
            Aupro = Known(pixels.Aupro()),
            F1Max = Known(f1Max.Value),
            Threshold = subject.Calibration.Threshold,
            FalseRejectRate = Rate(falseRejects, normals.Length),
            EscapeRate = Rate(escapes, defective.Length),
            MsPerFrame = pace.DetectMs,
            FramesPerSecond = pace.FramesPerSecond,
            Device = subject.Device,
            Counts = counts,
            ModelVersion = modelVersion,
            Data = data.Name,
            EvaluationTime = time,
            PrepareMsPerFrame = pace.PrepareMs,
            MapWidth = pace.MapWidth,
            MapHeight = pace.MapHeight,
            F1MaxThreshold = float.IsNaN(f1Max.Threshold) ? null : f1Max.Threshold,
            FalseRejectInterval = ClopperPearson.Of(falseRejects, normals.Length),
            FalseRejectChance = chance,
            EscapeInterval = ClopperPearson.Of(escapes, defective.Length),
            Calibration = subject.Calibration,
            Kinds = [.. defective.GroupBy(frame => frame.Kind, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Kind([.. group], normals))],
            Notes = [.. Notes(counts), .. Missing(frames), .. Unlike(subject.Calibration, falseRejects, normals.Length, chance), .. OddMasks(judged), .. Unread(judged), .. data.Notes],
            Unreadable = judged.Unreadable,
            Frames = frames,
        };
    }

    private static bool IsNormal(EvaluationFrame frame) => string.Equals(frame.Kind, DatasetFrame.Good, StringComparison.Ordinal);

    private static EvaluationKind Kind(EvaluationFrame[] frames, EvaluationFrame[] normals)
    {
        float[] scores = [.. normals.Select(frame => frame.Score), .. frames.Select(frame => frame.Score)];
        bool[] anomalous = [.. normals.Select(_ => false), .. frames.Select(_ => true)];
        var sorted = frames.Select(frame => frame.Score).Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        var found = frames.Count(frame => frame.IsRejected);
        return new EvaluationKind(frames[0].Kind, frames.Length, found, 1 - ((double)found / frames.Length), Known(Auroc.Of(scores, anomalous)), median);
    }

    private static List<string> Notes(EvaluationCounts counts)
    {
        var notes = new List<string>();
        if (counts.Normals == 0) notes.Add("imageAuroc, falseRejectRate and the like are absent: test/good has no frame.");
        if (counts.Anomalous == 0) notes.Add("All figures that need defects are absent: test has no folder of defective frames.");
        else if (counts.DefectAreas == 0) notes.Add("pixelAuroc, pixelAp and aupro are absent: no defective frame has a mask in ground_truth that marks a place.");
        else if (counts.WithoutMask > 0) notes.Add($"pixelAuroc, pixelAp and aupro leave out {counts.WithoutMask} of {counts.Anomalous} defective frames: they have no mask.");
        if (counts.NormalParts + counts.AnomalousParts < counts.Normals + counts.Anomalous)
            notes.Add($"{counts.Normals} normal frames show {counts.NormalParts} different parts and {counts.Anomalous} anomalous ones {counts.AnomalousParts}: the others are copies or near copies. Rates and intervals count each part once.");
        return notes;
    }

    /// <summary>Whether there are far more false rejects than the calibration allows.</summary>
    private static IEnumerable<string> Unlike(Calibration calibration, int falseRejects, int normals, double? chance)
    {
        if (chance is { } known && known < Evaluator.LeastChance)
            yield return string.Create(CultureInfo.InvariantCulture, $"{falseRejects} of {normals} normal test parts are rejected. Were they of the same process as the {calibration.Count} of the calibration, so many would have a chance of {known:0.#e+0}: ")
                + "they are unlike those that were trained on, such as of another station or under another lamp, and what the threshold certifies does not hold for them.";
    }

    private static IEnumerable<string> OddMasks(JudgedFrames judged) => judged.OddMasks.Count == 0
        ? []
        : [$"{judged.OddMasks.Count} of {judged.Sources.Count(f => f.MaskPath is not null)} masks do not look like the outline of a defect, so that the figures over places mislead: {judged.OddMasks[0].Name} {judged.OddMasks[0].Doubt}."];

    private static IEnumerable<string> Missing(List<EvaluationFrame> frames) => frames.Count(frame => frame.IsPartMissing) is > 0 and var missing
        ? [$"No part was found in {missing} frames, {frames.Count(frame => frame.IsPartMissing && IsNormal(frame))} of them normal: they are not decidable, count as rejected and rank above all others; figures over places leave them out."]
        : [];

    private static IEnumerable<string> Unread(JudgedFrames judged) => judged.Unreadable.Select(error => $"left out, for it cannot be read: {error}");

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static double? Rate(int hits, int trials) => trials == 0 ? null : (double)hits / trials;
}
