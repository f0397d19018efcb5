using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection;

/// <summary>
/// Where a frame's time went. Milliseconds, each at least 0. What publishing takes is not among them, since the record is what is published: the stage "publish" of the metric
/// anomalyline.stage.duration has it.
/// </summary>
/// <param name="PrepareMs">Waiting for a core, reading, decoding and resizing the frame.</param>
/// <param name="QueueMs">Waiting for the model.</param>
/// <param name="DetectMs">The model's work on the whole batch.</param>
/// <param name="JudgeMs">Threshold, regions and verdict.</param>
/// <param name="LogMs">
/// Until the durable log had it. In a record that was read from the log: until its row was written, since a row cannot hold the time of its own commit.
/// </param>
/// <param name="TotalMs">From arrival to the answer's being ready; in a record from the log until its row was written.</param>
/// <param name="BatchSize">Frames that went through the model together, at least 1; 0 where the model did not see the frame.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Timings(
    double PrepareMs, double QueueMs, double DetectMs, double JudgeMs, double LogMs, double TotalMs, int BatchSize)
{
    /// <summary>
    /// The part of <see cref="PrepareMs"/> that decoding the file or the mosaic took; 0 for pixels that came as they are, and in a record of a version before this value.
    /// </summary>
    public double DecodeMs { get; init; }

    /// <summary>
    /// The part of <see cref="DetectMs"/> that the network's passes took, those of the whole batch together; the rest is anomaly map and score. On a card it is the time until the
    /// passes were queued. 0 without a detection, for a detector without a network, and in a record of a version before this value.
    /// </summary>
    public double ForwardMs { get; init; }
}
