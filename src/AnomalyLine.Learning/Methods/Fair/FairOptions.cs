namespace AnomalyLine.Learning.Methods.Fair;

/// <summary>Options of FAIR; the defaults are the paper's.</summary>
internal sealed record FairOptions : MethodOptions
{
    /// <summary>The paper's schedule.</summary>
    public FairOptions() => (Epochs, BatchSize, Schedule) = (800, 8, LearningRateSchedule.TwoSteps);

    /// <summary>Channels of the first level, 4..256; the deepest has eight times as many.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Frequency at which the high-pass lets a half through, cycles a frame, above 0, below half of the size.</summary>
    public double Cutoff { get; init; } = 30;

    /// <summary>Scales of the gradient magnitude similarity, 1..6.</summary>
    public int Scales { get; init; } = 2;

    /// <summary>What a squared distance of colours counts in the map, 0..1; of no use for grey frames.</summary>
    public double ColourWeight { get; init; } = 3e-4;

    /// <summary>Take the colour's weight from the training frames instead, so that colour and structure reach equally high values on normal frames.</summary>
    public bool BalanceColour { get; init; }

    /// <summary>Share of training frames that are turned by up to 90 degrees to either side, 0..1.</summary>
    public double Turned { get; init; } = 0.3;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(16)) yield return $"size is {Size}; the network halves it four times, so it must be a multiple of 16.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
        if (!(Cutoff > 0 && Cutoff < Size.Side / 2)) yield return $"cutoff is {Cutoff}; it must be above 0 and below {Size.Side / 2:0.#} cycles a frame, half of the size.";
        if (Scales is < 1 or > 6 || Size.Shorter >> (Scales - 1) < 3) yield return $"scales is {Scales}; it must be 1..6 and leave at least 3 pixels.";
        if (ColourWeight is not (>= 0 and <= 1)) yield return $"colourWeight is {ColourWeight}; it must be 0..1.";
        if (Turned is not (>= 0 and <= 1)) yield return $"turned is {Turned}; it must be 0..1.";
    }
}
