namespace AnomalyLine.Management.Samples;

/// <summary>Which samples; null matches all.</summary>
public sealed record SampleFilter
{
    /// <summary>Of this station.</summary>
    public string? Station { get; init; }

    /// <summary>In this state.</summary>
    public SampleState? State { get; init; }

    /// <summary>With this label.</summary>
    public SampleLabel? Label { get; init; }

    /// <summary>Kept for this reason.</summary>
    public SampleReason? Reason { get; init; }

    /// <summary>With a suspicion (true), or without one (false).</summary>
    public bool? Suspected { get; init; }

    /// <summary>Captured at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Captured at this time or earlier.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whose part's identity has this text.</summary>
    public string? Part { get; init; }

    /// <summary>Of this product.</summary>
    public string? Product { get; init; }

    /// <summary>Of this kind of defect.</summary>
    public string? Defect { get; init; }

    /// <summary>Reviewed last by this person.</summary>
    public string? ReviewedBy { get; init; }

    /// <summary>Whose score is at least so many times its threshold; those that have no threshold never match.</summary>
    public double? LeastScoreRatio { get; init; }

    /// <summary>Whose score is at most so many times its threshold; those that have no threshold never match.</summary>
    public double? MostScoreRatio { get; init; }

    /// <summary>With one of these numbers.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    internal IQueryable<Sample> Of(IQueryable<Sample> samples)
    {
        if (Ids is { } ids) samples = samples.Where(sample => ids.Contains(sample.Id));
        if (Station is { } station) samples = samples.Where(sample => sample.Station == station);
        if (State is { } state) samples = samples.Where(sample => sample.State == state);
        if (Label is { } label) samples = samples.Where(sample => sample.Label == label);
        if (Reason is { } reason) samples = samples.Where(sample => sample.Reason == reason);
        if (Suspected is { } suspected) samples = samples.Where(sample => sample.Suspicion != "" == suspected);
        if (Part is { } part) samples = samples.Where(sample => sample.PartId.Contains(part));
        if (Product is { } product) samples = samples.Where(sample => sample.ProductId == product);
        if (Defect is { } defect) samples = samples.Where(sample => sample.Defect == defect);
        if (ReviewedBy is { } reviewer) samples = samples.Where(sample => sample.ReviewedBy == reviewer);
        if (LeastScoreRatio is { } least) samples = samples.Where(sample => sample.Threshold > 0 && sample.Score >= least * sample.Threshold);
        if (MostScoreRatio is { } most) samples = samples.Where(sample => sample.Threshold > 0 && sample.Score <= most * sample.Threshold);
        if (Until is { } until) samples = samples.Where(sample => sample.CaptureTime <= until);
        return Since is { } since ? samples.Where(sample => sample.CaptureTime >= since) : samples;
    }
}
