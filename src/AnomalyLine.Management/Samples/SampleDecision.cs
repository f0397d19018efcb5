namespace AnomalyLine.Management.Samples;

/// <summary>What has been said of a sample.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State">Its state.</param>
/// <param name="Label">What the part is; null for any.</param>
/// <param name="Defect">Kind of defect; null for any.</param>
public sealed record SampleDecision(long Id, SampleState State, SampleLabel? Label = null, string? Defect = null)
{
    /// <summary>What is said of a sample as somebody sees it.</summary>
    public static SampleDecision Of(Sample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return new SampleDecision(sample.Id, sample.State, sample.Label, sample.Defect);
    }

    /// <summary>Whether the same is said of a sample.</summary>
    internal bool IsSaidOf(Sample sample) => sample.State == State && (Label is null || sample.Label == Label)
        && (Defect is null || sample.Defect == Defect);
}
