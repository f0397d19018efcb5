namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>Options of SCADN; the defaults are the authors' code's.</summary>
internal sealed record ScadnOptions : MethodOptions
{
    /// <summary>The published size and schedule.</summary>
    public ScadnOptions()
    {
        Size = 512;
        Epochs = 200;
        Smoothing = 1;
    }

    /// <summary>The scales: bars of each kind across the shorter side of the frame, different powers of two, 1..half of that side. Each makes four passes.</summary>
    public IReadOnlyList<int> Cycles { get; init; } = [2, 4, 8];

    /// <summary>How the scales' maps become one.</summary>
    public ScaleFusion Fusion { get; init; } = ScaleFusion.MaxScale;

    /// <summary>How the map becomes the frame's score.</summary>
    public FrameScore Score { get; init; } = FrameScore.Mean;

    /// <summary>Channels of the generator's and the discriminator's first layer, 4..256.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Residual blocks of the generator, 1..32.</summary>
    public int Blocks { get; init; } = 8;

    /// <summary>Weight of the adversarial loss, 0..1.</summary>
    public double AdversarialWeight { get; init; } = 0.001;

    /// <summary>The discriminator's learning rate as a multiple of the generator's, above 0, at most 10.</summary>
    public double DiscriminatorRate { get; init; } = 0.1;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(8)) yield return $"size is {Size}; the network halves it three times, so it must be a multiple of 8.";
        if (Cycles.Count == 0 || Cycles.Distinct().Count() < Cycles.Count) yield return $"cycles is {string.Join(",", Cycles)}; it must have at least one entry and none twice.";
        foreach (var cycles in Cycles.Where(c => c < 1 || c > Size.Shorter / 2 || !int.IsPow2(c))) yield return $"cycles has {cycles}; each must be a power of two, 1..{Size.Shorter / 2}.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
        if (Blocks is < 1 or > 32) yield return $"blocks is {Blocks}; it must be 1..32.";
        if (AdversarialWeight is not (>= 0 and <= 1)) yield return $"adversarialWeight is {AdversarialWeight}; it must be 0..1.";
        if (DiscriminatorRate is not (> 0 and <= 10)) yield return $"discriminatorRate is {DiscriminatorRate}; it must be above 0 and at most 10.";
    }
}
