namespace AnomalyLine.Management.Samples;

/// <summary>What a check of the samples found.</summary>
/// <param name="Checked">Samples that count as normal.</param>
/// <param name="Suspected">Of these, marked.</param>
public sealed record GuardResult(int Checked, int Suspected);
