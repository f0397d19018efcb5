using AnomalyLine.Imaging;

namespace AnomalyLine.Management.Gate;

/// <summary>A model to try on frames that it has not learnt from.</summary>
public sealed record TrialRequest
{
    /// <summary>The model file.</summary>
    public required string Model { get; init; }

    /// <summary>The frozen set, a folder in MVTec AD layout, as a <see cref="GateRequest"/> has it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The part of each frame that is judged; null for what the model has learnt with.</summary>
    public InspectionArea? Area { get; init; }

    /// <summary>"auto", "cpu" or "cuda".</summary>
    public string Device { get; init; } = "auto";

    /// <summary>File for the report; null to write none.</summary>
    public string? Output { get; init; }
}
