using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Metrics;

namespace AnomalyLine.Vision.Training;

/// <summary>Judged frames to figures.</summary>
internal static class EvaluationSummary
{
    public static EvaluationResult Of(
        EvaluationSubject subject, DatasetFolder data, IReadOnlyList<EvaluationFrame> frames, PixelScores pixels, EvaluationPace pace,
        string modelVersion, DateTimeOffset time)
    {
        var scores = frames.Select(frame => frame.Score).ToArray();
        var anomalous = frames.Select(frame => !IsNormal(frame)).ToArray();
        var normals = frames.Where(IsNormal).ToArray();
        var defective = frames.Where(frame => !IsNormal(frame)).ToArray();
        var f1Max = F1Max.Of(scores, anomalous);
        int falseRejects = normals.Count(frame => frame.IsRejected), escapes = defective.Count(frame => !frame.IsRejected);
        var counts = new EvaluationCounts(
            normals.Length, defective.Length, defective.GroupBy(frame => frame.Kind, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            data.TestFrames.Count(frame => !frame.IsNormal && frame.MaskPath is null), pixels.DefectAreas);
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
            EscapeInterval = ClopperPearson.Of(escapes, defective.Length),
            Calibration = subject.Calibration,
            Kinds = [.. defective.GroupBy(frame => frame.Kind, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Kind([.. group], normals))],
            Notes = Notes(counts),
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
        return notes;
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static double? Rate(int hits, int trials) => trials == 0 ? null : (double)hits / trials;
}
