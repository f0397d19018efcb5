using AnomalyLine.Learning.Methods.Features;

namespace AnomalyLine.Learning.Methods.Subspace;

/// <summary>Options of linear reconstruction.</summary>
internal sealed record SubspaceOptions : PlaceOptions
{
    /// <summary>Share of the features' variance that the components keep, 0.5..0.9999; the rest is what normal parts do not do.</summary>
    public double Variance { get; init; } = 0.99;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Variance is not (>= 0.5 and <= 0.9999)) yield return $"variance is {Variance}; it must be 0.5..0.9999.";
    }
}
