namespace AnomalyLine.Management.Training;

/// <summary>Where a training job is.</summary>
public enum JobState
{
    /// <summary>Waits for the jobs before it.</summary>
    Queued = 1,

    /// <summary>Its trainer process runs.</summary>
    Running = 2,

    /// <summary>Its model is in the store, as a candidate.</summary>
    Succeeded = 3,

    /// <summary>It ended without a model; its message says why.</summary>
    Failed = 4,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled = 5,
}
