namespace AnomalyLine.Management.Samples;

/// <summary>What was removed.</summary>
/// <param name="Samples">How many samples.</param>
/// <param name="Bytes">Bytes of the pictures that no other sample has.</param>
public sealed record SampleRemoval(int Samples, long Bytes);
