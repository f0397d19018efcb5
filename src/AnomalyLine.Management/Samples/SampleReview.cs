namespace AnomalyLine.Management.Samples;

/// <summary>What a person says of samples.</summary>
/// <param name="Ids">Numbers of the samples, 1..10000 of them.</param>
/// <param name="State">Their state from now on.</param>
/// <param name="Label">What the parts are; null leaves it as it is.</param>
/// <param name="Defect">Kind of defect, 0..64 letters, digits, '-', '_'; null leaves it as it is.</param>
public sealed record SampleReview(IReadOnlyList<long> Ids, SampleState State, SampleLabel? Label, string? Defect)
{
    /// <summary>
    /// What the person saw of them: where somebody has decided otherwise meanwhile, nothing is changed. Samples that are not in it are not compared.
    /// </summary>
    public IReadOnlyList<SampleDecision> Expected { get; init; } = [];
}
