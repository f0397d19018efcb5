using AnomalyLine.Learning.Layers;

namespace AnomalyLine.Learning.Methods.Vae;

/// <summary>Options of the variational autoencoder; no paper gives a schedule for frames like these, the defaults are the plain autoencoder's.</summary>
internal sealed record VaeOptions : MethodOptions
{
    /// <summary>The plain autoencoder's schedule.</summary>
    public VaeOptions()
    {
        Epochs = 10_000;
        BatchSize = 128;
        LearningRate = 2e-4;
    }

    /// <summary>Numbers at the bottleneck, 1..4096.</summary>
    public int Latent { get; init; } = 500;

    /// <summary>Channels of the first layer, 4..256; the others are multiples.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Variance s² that the decoder expects of each value around its reconstruction, above 0, at most 1. The greater, the less the bottleneck carries.</summary>
    public double Variance { get; init; } = 0.02;

    /// <summary>Weight of the divergence from the prior, 0..1000; 1 is the evidence lower bound.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>Share of the training in which that weight rises from 0 to its full value, 0..1.</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <inheritdoc/>
    internal override InputSize SizeFor(double proportions) => BottleneckTrunk.SizeFor(Size, proportions);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!BottleneckTrunk.Takes(Size)) yield return $"size is {Size}; {BottleneckTrunk.Needs}";
        if (Latent is < 1 or > 4096) yield return $"latent is {Latent}; it must be 1..4096.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
        if (Variance is not (> 0 and <= 1)) yield return $"variance is {Variance}; it must be above 0 and at most 1.";
        if (Beta is not (>= 0 and <= 1000)) yield return $"beta is {Beta}; it must be 0..1000.";
        if (WarmUp is not (>= 0 and <= 1)) yield return $"warmUp is {WarmUp}; it must be 0..1.";
    }
}
