namespace AnomalyLine.Management.Samples;

/// <summary>A leave-out pass over normals, for the trainer process.</summary>
/// <param name="Files">Their picture files.</param>
/// <param name="Output">Where the <see cref="LeaveOutReport"/> goes.</param>
public sealed record LeaveOutRequest(IReadOnlyList<string> Files, string Output);
