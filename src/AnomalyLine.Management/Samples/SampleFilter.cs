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
        return Since is { } since ? samples.Where(sample => sample.CaptureTime >= since) : samples;
    }
}
