using System.Text.Json;
using AnomalyLine.Detection.Statistics;
using AnomalyLine.Detection.Thresholds;

namespace AnomalyLine.Evaluation;

/// <summary>How well a model tells normal from anomalous on a test set. A figure that the test set cannot give is null, and a note says why.</summary>
public sealed record EvaluationResult
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Area under the receiver operating characteristic over frames, 0..1.</summary>
    public required double? ImageAuroc { get; init; }

    /// <summary>The same over places.</summary>
    public required double? PixelAuroc { get; init; }

    /// <summary>Average precision over frames, 0..1.</summary>
    public required double? ImageAp { get; init; }

    /// <summary>The same over places.</summary>
    public required double? PixelAp { get; init; }

    /// <summary>Area under the per-region overlap up to a false positive rate of 0.3, 0..1.</summary>
    public required double? Aupro { get; init; }

    /// <summary>Best F1 over frames that any threshold reaches, 0..1; chosen with the test labels.</summary>
    public required double? F1Max { get; init; }

    /// <summary>The calibrated threshold: a frame is rejected when its score is above.</summary>
    public required float Threshold { get; init; }

    /// <summary>Share of the normal parts that were rejected at the threshold, 0..1.</summary>
    public required double? FalseRejectRate { get; init; }

    /// <summary>Share of the anomalous parts that passed at the threshold, 0..1.</summary>
    public required double? EscapeRate { get; init; }

    /// <summary>Median time of the detector for one frame alone, milliseconds, after warming up.</summary>
    public required double MsPerFrame { get; init; }

    /// <summary>Frames a second of the detector in batches of <see cref="Evaluator.BatchSize"/>.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>What it ran on.</summary>
    public required string Device { get; init; }

    /// <summary>What it was evaluated on.</summary>
    public required EvaluationCounts Counts { get; init; }

    /// <summary>Version of the model.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Name of the data set's folder.</summary>
    public required string Data { get; init; }

    /// <summary>When the evaluation ended.</summary>
    public required DateTimeOffset EvaluationTime { get; init; }

    /// <summary>Median time to read, decode and resize a frame, milliseconds; not part of <see cref="MsPerFrame"/>.</summary>
    public required double PrepareMsPerFrame { get; init; }

    /// <summary>Columns of the anomaly maps that the figures over places are taken at; masks are resized to them by the nearest pixel.</summary>
    public required int MapWidth { get; init; }

    /// <summary>Rows of them.</summary>
    public required int MapHeight { get; init; }

    /// <summary>Where <see cref="F1Max"/> is reached.</summary>
    public required float? F1MaxThreshold { get; init; }

    /// <summary>Where the true false-reject rate lies (Clopper-Pearson, 95 %).</summary>
    public required Interval FalseRejectInterval { get; init; }

    /// <summary>
    /// The chance of so many false rejects or more, were the test normals from the same process as those that the threshold was taken from; null without either. Below
    /// <see cref="Evaluator.LeastChance"/> a note says that they are not.
    /// </summary>
    public required double? FalseRejectChance { get; init; }

    /// <summary>Where the true escape rate lies (Clopper-Pearson, 95 %).</summary>
    public required Interval EscapeInterval { get; init; }

    /// <summary>The calibration that gave the threshold.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Each kind of defect, in order of name.</summary>
    public required IReadOnlyList<EvaluationKind> Kinds { get; init; }

    /// <summary>What a reader must know of the figures, such as why one is absent.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What is wrong with the test frames and masks that could not be read; the figures leave those frames out.</summary>
    public required IReadOnlyList<string> Unreadable { get; init; }

    /// <summary>Each test frame, in order of the data set.</summary>
    public required IReadOnlyList<EvaluationFrame> Frames { get; init; }

    /// <summary>All of it as one JSON object on one line, camelCase keys in the order above.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
