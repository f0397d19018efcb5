namespace AnomalyLine.Learning.Methods.Draem;

/// <summary>Options of DRAEM; the defaults are the paper's.</summary>
internal sealed record DraemOptions : MethodOptions
{
    /// <summary>The published code's schedule.</summary>
    public DraemOptions() => (Epochs, BatchSize, Schedule) = (700, 8, LearningRateSchedule.TwoSteps);

    /// <summary>Channels of the reconstructive network's first level, 4..256; the deepest has eight times as many.</summary>
    public int Width { get; init; } = 128;

    /// <summary>The same of the discriminative network, 4..256.</summary>
    public int DiscriminativeWidth { get; init; } = 64;

    /// <summary>Share of the corrupted frames that get a patch of another frame instead of a texture, 0..1.</summary>
    public double Patches { get; init; }

    /// <summary>Share of training frames that are turned by up to 90 degrees to either side, 0..1.</summary>
    public double Turned { get; init; } = 0.3;

    /// <inheritdoc/>
    internal override int SizeStep => 32;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(32)) yield return $"size is {Size}; the network halves it five times, so it must be a multiple of 32.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
        if (DiscriminativeWidth is < 4 or > 256) yield return $"discriminativeWidth is {DiscriminativeWidth}; it must be 4..256.";
        if (Patches is not (>= 0 and <= 1)) yield return $"patches is {Patches}; it must be 0..1.";
        if (Turned is not (>= 0 and <= 1)) yield return $"turned is {Turned}; it must be 0..1.";
    }
}
