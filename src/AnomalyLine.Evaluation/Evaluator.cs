using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation;

/// <summary>Judges a test set with a detector and says how well that went.</summary>
public static class Evaluator
{
    /// <summary>Frames a batch when throughput is measured.</summary>
    public const int BatchSize = 8;

    /// <summary>Fewer false rejects than this chance allows are put down to chance; more mean that the test normals are not like those of the calibration.</summary>
    public const double LeastChance = 0.01;

    /// <summary>Judges every test frame alone, then measures throughput in batches. Runs on the calling thread, which becomes the detector's.</summary>
    /// <param name="detector">The detector; stays the caller's.</param>
    /// <param name="subject">What is said of it, and its thresholds.</param>
    /// <param name="data">The test set: test/good and one folder a kind of defect.</param>
    /// <param name="progress">Told after each frame.</param>
    /// <param name="time">Measures; the system's by default.</param>
    /// <param name="cancellationToken">Stops between two frames.</param>
    /// <exception cref="DatasetException">There is no test frame, or none can be judged; one that cannot is named in the result.</exception>
    /// <exception cref="ModelFileException">The model gives a score that is no number.</exception>
    public static EvaluationResult Evaluate(
        IDetector detector, EvaluationSubject subject, DatasetFolder data,
        IProgress<EvaluationProgress>? progress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(data);
        if (data.TestFrames.Count == 0) throw new DatasetException($"{data.Root}: no frame to evaluate on; put normal ones into test/good and defective ones into test/KIND.");
        time ??= TimeProvider.System;
        var pace = new EvaluationPace(detector, time);
        var judged = Judge(detector, subject, data, pace, progress, cancellationToken);
        var found = judged.Sources.Where((_, i) => !judged.Frames[i].IsPartMissing).Take(BatchSize).Select(frame => frame.Path).ToArray();
        if (found.Length == 0)
            throw new DatasetException($"{data.Root}: none of {data.TestFrames.Count} test frames can be judged; {(judged.Unreadable.Count > 0 ? $"the first: {judged.Unreadable[0]}" : "no part was found in any of them")}");
        pace.MeasureBatches(found, cancellationToken);
        return EvaluationSummary.Of(subject, data, MarkCopies(judged, detector.Input.Frames, cancellationToken), pace, detector.Version, time.GetUtcNow());
    }

    /// <summary>Judges what can be read.</summary>
    private static JudgedFrames Judge(
        IDetector detector, EvaluationSubject subject, DatasetFolder data, EvaluationPace pace,
        IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        var pixels = new PixelScores((int)Math.Min((long)data.TestFrames.Count * detector.Input.Width * detector.Input.Height, Array.MaxLength));
        var judged = new JudgedFrames(pixels);
        foreach (var (number, frame) in data.TestFrames.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var path = Path.GetRelativePath(data.Root, frame.Path).Replace('\\', '/');
                using var prepared = pace.Prepare(frame.Path);
                var detection = pace.Detect(prepared);
                if (!float.IsFinite(detection.Score)) throw new ModelFileException($"{path}: the model's score is {detection.Score}, so it cannot be evaluated; train it again.");
                var mask = Mask(frame, detection.Map, prepared, judged);
                judged.Frames.Add(new EvaluationFrame(path, frame.DefectKind, detection.Score, detection.Score > subject.Calibration.Threshold));
                judged.Sources.Add(frame);
                if (mask is not null) pixels.Add(detection.Map.Values, mask, detection.Map.Width);
            }
            catch (PartNotFoundException)
            {
                judged.Frames.Add(new EvaluationFrame(Path.GetRelativePath(data.Root, frame.Path).Replace('\\', '/'), frame.DefectKind, float.NaN, true) { IsPartMissing = true });
                judged.Sources.Add(frame);
            }
            catch (DatasetException e)
            {
                judged.Unreadable.Add(e.Message);
            }

            progress?.Report(new EvaluationProgress(number + 1, data.TestFrames.Count));
        }

        RankMissing(judged, subject.Calibration.Threshold);
        return judged;
    }

    /// <summary>A frame without a part is rejected however low the threshold is: it ranks above all that have a score.</summary>
    private static void RankMissing(JudgedFrames judged, float threshold)
    {
        var most = MathF.BitIncrement(judged.Frames.Where(frame => !frame.IsPartMissing).Select(frame => frame.Score).Append(threshold).Max());
        for (var i = 0; i < judged.Frames.Count; i++)
            if (judged.Frames[i].IsPartMissing) judged.Frames[i] = judged.Frames[i] with { Score = most };
    }

    /// <summary>Whether each frame stands for its part; those of a clip are near copies by their nature, and each counts.</summary>
    private static JudgedFrames MarkCopies(JudgedFrames judged, int clip, CancellationToken cancel)
    {
        if (clip > 1) return judged;
        var stands = judged.Sources.GroupBy(f => f.DefectKind, StringComparer.Ordinal)
            .SelectMany(kind => PartGroups.Of([.. kind.Select(f => f.Path)], cancel).Parts).Select(part => part.Sample).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < judged.Frames.Count; i++) judged.Frames[i] = judged.Frames[i] with { IsCopy = !stands.Contains(judged.Sources[i].Path) };
        return judged;
    }

    /// <summary>The places that a frame's mask marks, none for a normal frame; null where nobody outlined the defect.</summary>
    private static bool[]? Mask(DatasetFrame frame, AnomalyMap map, PreparedFrame prepared, JudgedFrames judged)
    {
        if (frame.MaskPath is null) return frame.IsNormal ? [] : null;
        var mask = MaskFile.Read(frame.MaskPath, map.Width, map.Height, (prepared.FrameWidth, prepared.FrameHeight), map.Region, out var doubt);
        if (doubt is not null) judged.OddMasks.Add((Path.GetFileName(frame.MaskPath), doubt));
        return mask;
    }
}
