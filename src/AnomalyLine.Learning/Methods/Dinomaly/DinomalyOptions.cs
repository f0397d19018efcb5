using AnomalyLine.Learning.Methods.Features;

namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>Options of Dinomaly; the defaults are the paper's where features of a convolutional backbone allow it.</summary>
internal sealed record DinomalyOptions : FeatureOptions
{
    /// <summary>The paper's schedule: 10000 steps of 16 frames are 800 passes over 200 frames.</summary>
    public DinomalyOptions() => (Epochs, BatchSize, LearningRate, WeightDecay, Schedule) = (800, 16, 2e-3, 1e-4, LearningRateSchedule.Cosine);

    /// <summary>Numbers of a token, a multiple of <see cref="Heads"/>, 16..2048.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Heads of attention, 1..64.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Transformer blocks of the decoder, 1..24.</summary>
    public int Blocks { get; init; } = 8;

    /// <summary>Inner numbers of the perceptrons of bottleneck and blocks, as a multiple of <see cref="Width"/>, 1..8.</summary>
    public int Expansion { get; init; } = 4;

    /// <summary>Share of the bottleneck's numbers that are dropped in training: the noise that keeps the decoder from copying, 0..0.9.</summary>
    public double Dropout { get; init; } = 0.2;

    /// <summary>Share of the places that count as easy, those that are rebuilt best, 0..0.99.</summary>
    public double EasyShare { get; init; } = 0.9;

    /// <summary>What gradients at easy places are multiplied by, 0..1; 1 for a plain loss.</summary>
    public double EasyGradient { get; init; } = 0.1;

    /// <summary>Share of the training during which <see cref="EasyShare"/> grows from none to its full value, 0..1.</summary>
    public double EasyGrowth { get; init; } = 0.1;

    /// <inheritdoc/>
    internal override bool DecouplesWeightDecay => true;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Heads is < 1 or > 64) yield return $"heads is {Heads}; it must be 1..64.";
        if (Width is < 16 or > 2048 || Width % Math.Clamp(Heads, 1, 64) != 0) yield return $"width is {Width}; it must be a multiple of heads, 16..2048.";
        if (Blocks is < 1 or > 24) yield return $"blocks is {Blocks}; it must be 1..24.";
        if (Expansion is < 1 or > 8) yield return $"expansion is {Expansion}; it must be 1..8.";
        if (Dropout is not (>= 0 and <= 0.9)) yield return $"dropout is {Dropout}; it must be 0..0.9.";
        if (EasyShare is not (>= 0 and <= 0.99)) yield return $"easyShare is {EasyShare}; it must be 0..0.99.";
        if (EasyGradient is not (>= 0 and <= 1)) yield return $"easyGradient is {EasyGradient}; it must be 0..1.";
        if (EasyGrowth is not (>= 0 and <= 1)) yield return $"easyGrowth is {EasyGrowth}; it must be 0..1.";
    }
}
