namespace AnomalyLine.Management.Models;

/// <summary>What a model version is for a product of a station.</summary>
public enum ModelStage
{
    /// <summary>Trained, not in use.</summary>
    Candidate = 1,

    /// <summary>Scores frames beside the active model and gives no verdict.</summary>
    Shadow = 2,

    /// <summary>Judges.</summary>
    Active = 3,

    /// <summary>Has judged, and does no more.</summary>
    Retired = 4,

    /// <summary>Its file was removed from the server.</summary>
    Removed = 5,
}
