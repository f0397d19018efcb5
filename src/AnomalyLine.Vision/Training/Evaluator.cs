using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Metrics;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Vision.Training;

/// <summary>Judges a test set with a detector and says how well that went.</summary>
public static class Evaluator
{
    /// <summary>Frames a batch when throughput is measured.</summary>
    public const int BatchSize = 8;

    /// <summary>Judges every test frame alone, then measures throughput in batches. Runs on the calling thread, which becomes the detector's.</summary>
    /// <param name="detector">The detector; stays the caller's.</param>
    /// <param name="subject">What is said of it, and its thresholds.</param>
    /// <param name="data">The test set: test/good and one folder a kind of defect.</param>
    /// <param name="progress">Told after each frame.</param>
    /// <param name="time">Measures; the system's by default.</param>
    /// <param name="cancellationToken">Stops between two frames.</param>
    /// <exception cref="DatasetException">There is no test frame, or one of them or its mask cannot be read.</exception>
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
        var (frames, pixels) = Judge(detector, subject, data, pace, progress, cancellationToken);
        return EvaluationSummary.Of(subject, data, frames, pixels, pace, detector.Version, time.GetUtcNow());
    }

    private static (List<EvaluationFrame> Frames, PixelScores Pixels) Judge(
        IDetector detector, EvaluationSubject subject, DatasetFolder data, EvaluationPace pace,
        IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        var frames = new List<EvaluationFrame>(data.TestFrames.Count);
        var pixels = new PixelScores((int)Math.Min((long)data.TestFrames.Count * detector.Input.Width * detector.Input.Height, Array.MaxLength));
        foreach (var frame in data.TestFrames)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var prepared = pace.Prepare(frame.Path);
            var detection = pace.Detect(prepared);
            var path = Path.GetRelativePath(data.Root, frame.Path).Replace('\\', '/');
            if (!float.IsFinite(detection.Score)) throw new ModelFileException($"{path}: the model's score is {detection.Score}, so it cannot be evaluated; train it again.");
            frames.Add(new EvaluationFrame(path, frame.DefectKind, detection.Score, detection.Score > subject.Calibration.Threshold));
            if (frame.IsNormal || frame.MaskPath is not null) pixels.Add(detection.Map.Values, Mask(frame, detection.Map, prepared), detection.Map.Width);
            progress?.Report(new EvaluationProgress(frames.Count, data.TestFrames.Count));
        }

        pace.MeasureBatches([.. data.TestFrames.Take(BatchSize).Select(frame => frame.Path)], cancellationToken);
        return (frames, pixels);
    }

    private static bool[] Mask(DatasetFrame frame, AnomalyMap map, PreparedFrame prepared) =>
        frame.MaskPath is null ? [] : MaskFile.Read(frame.MaskPath, map.Width, map.Height, (prepared.FrameWidth, prepared.FrameHeight), map.Region);
}
