namespace AnomalyLine.Management.Samples;

/// <summary>What a person has said of a sample.</summary>
public enum SampleState
{
    /// <summary>Nobody has looked at it yet.</summary>
    Pending = 1,

    /// <summary>Its label is right; it may be used for training and for comparison.</summary>
    Approved = 2,

    /// <summary>Not to be used.</summary>
    Excluded = 3,
}
