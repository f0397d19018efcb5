namespace AnomalyLine.Management.Models;

/// <summary>
/// What the gate said of a candidate for a product of a station, against the model that was active there, on that product's frozen set. Immutable.
/// </summary>
public sealed record GateOutcome
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station; given by the registry.</summary>
    public string Station { get; init; } = "";

    /// <summary>The product; empty for the default recipe. Given by the registry.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>Version of the candidate; given by the registry.</summary>
    public string Version { get; init; } = "";

    /// <summary>Version of the model that it was compared with.</summary>
    public required string Against { get; init; }

    /// <summary>Whether it passes.</summary>
    public required bool Passes { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Summary { get; init; }

    /// <summary>SHA-256 over the frames of the frozen set, 64 hex digits; empty for a comparison of an earlier program.</summary>
    public string DataDigest { get; init; } = "";

    /// <summary>The job that compared them and keeps the report; given by the registry.</summary>
    public long JobId { get; init; }

    /// <summary>When the registry heard of it; given by the registry.</summary>
    public DateTimeOffset Time { get; init; }
}
