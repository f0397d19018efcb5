namespace AnomalyLine.Management.Samples;

/// <summary>What the part on a sample is; a guess from its verdict until the sample is approved.</summary>
public enum SampleLabel
{
    /// <summary>A good part.</summary>
    Normal = 1,

    /// <summary>A part with a defect.</summary>
    Anomalous = 2,
}
