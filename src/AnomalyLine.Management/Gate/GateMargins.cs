namespace AnomalyLine.Management.Gate;

/// <summary>By how much a candidate may be worse than the active model, as differences of rates.</summary>
public sealed record GateMargins
{
    /// <summary>Margin of false rejects on normals, above 0 and below 1. Default 0.05: 5 parts in a hundred.</summary>
    public double FalseRejects { get; init; } = 0.05;

    /// <summary>Margin of escapes on confirmed rejects, above 0 and below 1. Default 0.05.</summary>
    public double RejectEscapes { get; init; } = 0.05;

    /// <summary>Margin of escapes on planted defects, above 0 and below 1. Default 0.05.</summary>
    public double PlantedEscapes { get; init; } = 0.05;

    /// <summary>Score drift: the chance, were the calibration true, below which the frozen normals' rejects speak against it, above 0 and below 1. Default 0.01.</summary>
    public double Drift { get; init; } = 0.01;

    /// <summary>Everything that is wrong, one sentence each; none where all is well.</summary>
    public IEnumerable<string> Validate() =>
        from margin in new[] { ("false rejects", FalseRejects), ("escapes on confirmed rejects", RejectEscapes), ("escapes on planted defects", PlantedEscapes), ("score drift", Drift) }
        where margin.Item2 is not (> 0 and < 1)
        select $"the margin of {margin.Item1} is {margin.Item2}; it must be above 0 and below 1.";
}
