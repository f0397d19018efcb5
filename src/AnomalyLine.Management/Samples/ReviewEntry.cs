namespace AnomalyLine.Management.Samples;

/// <summary>What a person once said of a sample. The entries of a sample are its history, and go with it; the audit has them too.</summary>
public sealed record ReviewEntry
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Number of the sample.</summary>
    public long SampleId { get; init; }

    /// <summary>Name of the sample's station.</summary>
    public required string Station { get; init; }

    /// <summary>The station's sequence of the inspection that it was said of; 0 where it was said of the sample itself.</summary>
    public long Sequence { get; init; }

    /// <summary>When it was said.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Who said it.</summary>
    public required string User { get; init; }

    /// <summary>The sample's state from then on.</summary>
    public SampleState State { get; init; }

    /// <summary>What the part was said to be.</summary>
    public SampleLabel Label { get; init; }

    /// <summary>Kind of defect; empty for a normal part or where nobody said.</summary>
    public string Defect { get; init; } = "";

    /// <summary>What the person added; empty for nothing.</summary>
    public string Comment { get; init; } = "";
}
