namespace AnomalyLine.Management.Models;

/// <summary>Where a model version comes from.</summary>
public enum ModelOrigin
{
    /// <summary>A training job made it.</summary>
    Trained = 1,

    /// <summary>Somebody uploaded its file; no gate has seen it.</summary>
    Uploaded = 2,

    /// <summary>The demonstration trained it for itself.</summary>
    Demonstration = 3,
}
