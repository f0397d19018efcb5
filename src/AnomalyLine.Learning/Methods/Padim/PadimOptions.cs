using AnomalyLine.Learning.Methods.Features;

namespace AnomalyLine.Learning.Methods.Padim;

/// <summary>Options of a Gaussian for each place.</summary>
internal sealed record PadimOptions : PlaceOptions
{
    /// <summary>The share of the mean variance that 0.01 is of features as they are, of features of unit length.</summary>
    internal const double UnitEpsilon = 2.5e-5;

    /// <summary>Features of a place that are used, drawn at random from all of its layers, 1..1000; all where there are fewer. Memory and time grow with its square.</summary>
    public int Dimensions { get; init; } = 100;

    /// <summary>What is added to the variance of each feature, 1e-8..10: so that a covariance from few frames can be inverted.</summary>
    public double Epsilon { get; init; } = 0.01;

    /// <inheritdoc/>
    internal override bool CanTile => false;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Dimensions is < 1 or > 1000) yield return $"dimensions is {Dimensions}; it must be 1..1000.";
        if (Epsilon is not (>= 1e-8 and <= 10)) yield return $"epsilon is {Epsilon}; it must be 1e-8..10.";
    }
}
