namespace AnomalyLine.Inspection;

/// <summary>Which of a station's inspections are looked for.</summary>
public sealed record LogSearch
{
    /// <summary>Most inspections that one search looks at before it answers with what it has.</summary>
    public const int MaxLookedAt = 200_000;

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Only older ones than this; <see cref="long.MaxValue"/> to start with the newest.</summary>
    public long BeforeSequence { get; init; } = long.MaxValue;

    /// <summary>Only these verdicts; empty = all.</summary>
    public IReadOnlyCollection<Verdict> Verdicts { get; init; } = [];

    /// <summary>Only those with a score that differs from the threshold by at most this share of it, at least 0; null = all.</summary>
    public double? NearThreshold { get; init; }

    /// <summary>Only parts whose identity holds this text, whatever its case (of ASCII letters); empty = all.</summary>
    public string PartId { get; init; } = "";

    /// <summary>Only these reasons; empty = all.</summary>
    public IReadOnlyCollection<ReasonCode> ReasonCodes { get; init; } = [];

    /// <summary>Only parts of this product; null = all, empty = those without one.</summary>
    public string? ProductId { get; init; }

    /// <summary>Only those that the model gave this score or a higher one; null = all.</summary>
    public float? MinScore { get; init; }

    /// <summary>Only those that the model gave this score or a lower one; null = all.</summary>
    public float? MaxScore { get; init; }

    /// <summary>Only those captured at this time or later; null = all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those captured before this time; null = all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether it asks for all inspections.</summary>
    public bool IsEverything =>
        Verdicts.Count == 0 && NearThreshold is null && PartId.Length == 0 && From is null && Until is null
        && ReasonCodes.Count == 0 && ProductId is null && MinScore is null && MaxScore is null;
}
