namespace AnomalyLine.Learning.Methods.Memae;

/// <summary>Options of MemAE; schedule and weights are the published code's for video, sizes are ours for frames.</summary>
internal sealed record MemaeOptions : MethodOptions
{
    /// <summary>The published schedule.</summary>
    public MemaeOptions()
    {
        Epochs = 100;
        BatchSize = 10;
    }

    /// <summary>A third of the first layer's channels, 4..128; the deepest has eight times as many. 32 is published.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Items N in the memory, 2..10000.</summary>
    public int Items { get; init; } = 1000;

    /// <summary>Weights below this multiple of 1/N are cut off, 0 (none) up to N. The paper recommends 1 to 3.</summary>
    public double Shrink { get; init; } = 2;

    /// <summary>Weight of the entropy of the addressing weights in the loss, 0..1.</summary>
    public double Entropy { get; init; } = 2e-4;

    /// <summary>Frames that are judged together, in a video, 1 (each alone)..16. 16 is published.</summary>
    public int Clip { get; init; } = 1;

    /// <inheritdoc/>
    protected override int ClipLength => Clip;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(16)) yield return $"size is {Size}; the network halves it four times, so it must be a multiple of 16.";
        if (Width is < 4 or > 128) yield return $"width is {Width}; it must be 4..128.";
        if (Items is < 2 or > 10_000) yield return $"items is {Items}; it must be 2..10000.";
        if (!(Shrink >= 0 && Shrink < Items)) yield return $"shrink is {Shrink}; it must be at least 0 and below items, {Items}.";
        if (Clip is < 1 or > 16) yield return $"clip is {Clip}; it must be 1..16 frames.";
        if (Entropy is not (>= 0 and <= 1)) yield return $"entropy is {Entropy}; it must be 0..1.";
    }
}
