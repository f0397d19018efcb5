using AnomalyLine.Learning.Layers;

namespace AnomalyLine.Learning.Methods.Autoencoder;

/// <summary>Options of the plain autoencoder; the defaults are those for objects (Bergmann et al. 2018).</summary>
internal sealed record AutoencoderOptions : MethodOptions
{
    /// <summary>The paper's schedule: its 200 epochs are of about 10,000 augmented views each, so 10,000 of ours over 200 frames show the network as many.</summary>
    public AutoencoderOptions()
    {
        Epochs = 10_000;
        BatchSize = 128;
        LearningRate = 2e-4;
        WeightDecay = 1e-5;
    }

    /// <summary>What reconstruction is measured by, in training and in the map.</summary>
    public ReconstructionLoss Loss { get; init; } = ReconstructionLoss.Ssim;

    /// <summary>
    /// Side of the square that the network sees: 0 for the whole frame (objects), else a window that slides over the frame (textures), 128 in the paper.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Pixels from one sliding window to the next, 1..Window; without effect where there is none.</summary>
    public int Stride { get; init; } = 32;

    /// <summary>Random windows taken from each frame and epoch in training; whole frames count as one, 1..1024.</summary>
    public int WindowsPerFrame { get; init; } = 8;

    /// <summary>Numbers at the bottleneck, 1..4096: 500 for objects, 100 for textures.</summary>
    public int Latent { get; init; } = 500;

    /// <summary>Channels of the first layer, 4..256; the others are multiples.</summary>
    public int Width { get; init; } = 32;

    /// <summary>What the network sees.</summary>
    internal InputSize NetworkSize => Window == 0 ? Size : Window;

    /// <inheritdoc/>
    internal override InputSize SizeFor(double proportions)
    {
        if (Window == 0) return BottleneckTrunk.SizeFor(Size, proportions);
        var size = base.SizeFor(proportions);
        return new InputSize(Math.Max(size.Width, Window), Math.Max(size.Height, Window));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!BottleneckTrunk.Takes(NetworkSize)) yield return $"{(Window == 0 ? "size" : "window")} is {NetworkSize}; {BottleneckTrunk.Needs}";
        if (Window < 0 || Window > Size.Shorter) yield return $"window is {Window}; it must be 0 (whole frame) or at most the size of {Size}.";
        var widest = Window is > 0 and < 1024 ? Window : 1024;
        if (Stride < 1 || Stride > widest) yield return $"stride is {Stride}; it must be 1..{widest}.";
        if (WindowsPerFrame is < 1 or > 1024) yield return $"windowsPerFrame is {WindowsPerFrame}; it must be 1..1024.";
        if (Latent is < 1 or > 4096) yield return $"latent is {Latent}; it must be 1..4096.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
    }
}
