namespace AnomalyLine.Management.Samples;

/// <summary>Why a frame was kept.</summary>
public enum SampleReason
{
    /// <summary>One of every so many Ok.</summary>
    EveryNth = 1,

    /// <summary>Its score was near the threshold.</summary>
    NearThreshold = 2,

    /// <summary>Its verdict was NotOk.</summary>
    NotOk = 3,

    /// <summary>Somebody brought it in.</summary>
    Imported = 4,
}
