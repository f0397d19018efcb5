using AnomalyLine.Imaging;

namespace AnomalyLine.Management.Gate;

/// <summary>What to compare, and on what.</summary>
public sealed record GateRequest
{
    /// <summary>The candidate's model file.</summary>
    public required string Candidate { get; init; }

    /// <summary>The active model's file.</summary>
    public required string Active { get; init; }

    /// <summary>
    /// The frozen set, a folder in MVTec AD layout: normals are test/good and those of train/good that neither model was trained or calibrated on; all other folders of test are
    /// confirmed rejects. Defects are planted on the first of the normals.
    /// </summary>
    public required string DataFolder { get; init; }

    /// <summary>The candidate's threshold; null for its calibrated one.</summary>
    public float? CandidateThreshold { get; init; }

    /// <summary>The active model's threshold, as the recipe has it; null for its calibrated one.</summary>
    public float? ActiveThreshold { get; init; }

    /// <summary>The part of each frame that is judged; null for what each model has learnt with.</summary>
    public InspectionArea? Area { get; init; }

    /// <summary>By how much the candidate may be worse.</summary>
    public GateMargins Margins { get; init; } = new();

    /// <summary>"auto", "cpu" or "cuda".</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Folder for gate.json and gate.html; null to write neither.</summary>
    public string? Output { get; init; }
}
