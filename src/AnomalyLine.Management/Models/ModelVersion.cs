namespace AnomalyLine.Management.Models;

/// <summary>A model of a station: immutable and numbered but for its stage and what the gate said.</summary>
public sealed record ModelVersion
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>The station's number of it: 1, 2, 3, ….</summary>
    public required int Number { get; init; }

    /// <summary>Version of the model file: method and the first 12 hex digits of its SHA-256.</summary>
    public required string Version { get; init; }

    /// <summary>Version of the model that it was started from; empty for none.</summary>
    public string Parent { get; init; } = "";

    /// <summary>SHA-256 over its training frames, 64 hex digits.</summary>
    public string DataDigest { get; init; } = "";

    /// <summary>Where it comes from.</summary>
    public ModelOrigin Origin { get; init; } = ModelOrigin.Trained;

    /// <summary>The job that trained it; 0 for none.</summary>
    public long JobId { get; init; }

    /// <summary>Who started the job or registered it; empty where nobody said.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it became a version of the station.</summary>
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>What it is for the station.</summary>
    public ModelStage Stage { get; set; } = ModelStage.Candidate;

    /// <summary>Version of the model that the gate compared it with; empty where it did not.</summary>
    public string GateAgainst { get; set; } = "";

    /// <summary>Whether the gate passed; null where it was not asked.</summary>
    public bool? GatePasses { get; set; }

    /// <summary>What the gate said, in words.</summary>
    public string GateSummary { get; set; } = "";

    /// <summary>Why it was activated against the gate; empty where it was not.</summary>
    public string OverrideReason { get; set; } = "";
}
