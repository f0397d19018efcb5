using AnomalyLine.Learning.Methods.Features;

namespace AnomalyLine.Learning.Methods.ReverseDistillation;

/// <summary>Options of reverse distillation; the defaults are the paper's.</summary>
internal sealed record ReverseDistillationOptions : FeatureOptions
{
    /// <summary>The paper's schedule.</summary>
    public ReverseDistillationOptions() => (Epochs, BatchSize, LearningRate, Layers) = (200, 16, 5e-3, [1, 2, 3]);

    /// <summary>Channels of the embedding that features are rebuilt from, 8..2048.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Residual blocks at each scale, of the embedding and of the decoder alike, 1..8.</summary>
    public int Blocks { get; init; } = 2;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Width is < 8 or > 2048) yield return $"width is {Width}; it must be 8..2048.";
        if (Blocks is < 1 or > 8) yield return $"blocks is {Blocks}; it must be 1..8.";
    }
}
