namespace AnomalyLine.Management.Shadow;

/// <summary>How far a station's shadow is, as the database has it.</summary>
internal sealed record ShadowCount
{
    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Version of the shadow.</summary>
    public required string Version { get; set; }

    /// <summary>Version of the active model; empty before the first frame.</summary>
    public required string ActiveVersion { get; set; }

    /// <summary>Frames that both judged.</summary>
    public required long Judged { get; set; }

    /// <summary>Of these, judged alike.</summary>
    public required long Agreed { get; set; }

    /// <summary>Frames that the shadow gave way on.</summary>
    public required long Skipped { get; set; }
}
