namespace AnomalyLine.Management.Models;

/// <summary>
/// A model of a product of a station: numbered, and immutable but for its stage and what the gate said. A file may be a version of several products.
/// </summary>
public sealed record ModelVersion
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>The product that it judges, or is a candidate for; empty for the default recipe.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>The station's number of the file: 1, 2, 3, …, the same for each of its products.</summary>
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
    public long JobId { get; set; }

    /// <summary>Who started the job or registered it; empty where nobody said.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it became a version of the station.</summary>
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>What it is for the station's product.</summary>
    public ModelStage Stage { get; set; } = ModelStage.Candidate;

    /// <summary>What the gate said last, against the product's active model if it was ever compared with that; null if it was not asked.</summary>
    public GateOutcome? Gate { get; internal set; }

    /// <summary>Why it was activated against the gate; empty where it was not.</summary>
    public string OverrideReason { get; set; } = "";
}
