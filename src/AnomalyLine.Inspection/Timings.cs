using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection;

/// <summary>Where a frame's time went. Milliseconds, each at least 0.</summary>
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
    double PrepareMs, double QueueMs, double DetectMs, double JudgeMs, double LogMs, double TotalMs, int BatchSize);
