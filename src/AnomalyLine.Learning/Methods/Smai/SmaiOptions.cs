namespace AnomalyLine.Learning.Methods.Smai;

/// <summary>Options of SMAI; the defaults are the paper's where known, else ours (see the folder's README).</summary>
internal sealed record SmaiOptions : MethodOptions
{
    /// <summary>The schedule.</summary>
    public SmaiOptions()
    {
        BatchSize = 8;
        Smoothing = 1;
    }

    /// <summary>About how many superpixels a frame is cut into, 4..4096.</summary>
    public int Superpixels { get; init; } = 128;

    /// <summary>SLIC's m, above 0, at most 100: higher gives squarer superpixels, lower ones that follow colour.</summary>
    public double Compactness { get; init; } = 10;

    /// <summary>Least share of a training frame that is hidden, above 0, at most <see cref="MostHidden"/>.</summary>
    public double LeastHidden { get; init; } = 0.05;

    /// <summary>Greatest share of a training frame that is hidden, at most 0.9; a superpixel may exceed it.</summary>
    public double MostHidden { get; init; } = 0.25;

    /// <summary>How superpixels are hidden when a frame is judged.</summary>
    public SuperpixelMasking Masking { get; init; } = SuperpixelMasking.OneByOne;

    /// <summary>Pixels between superpixels that are hidden in one pass, 0..256; for <see cref="SuperpixelMasking.Coloured"/>.</summary>
    public int Gap { get; init; } = 16;

    /// <summary>Whether the map has one value a superpixel, the mean error in it; else each pixel has its own.</summary>
    public bool Flatten { get; init; } = true;

    /// <summary>Channels of the first layer, 4..256; the deepest has eight times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Passes a frame: exact up to the number of superpixels found, or what colouring usually comes to.</summary>
    internal int TypicalPasses => Masking == SuperpixelMasking.OneByOne ? Superpixels : Math.Min(Superpixels, 12);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(16)) yield return $"size is {Size}; the network halves it four times, so it must be a multiple of 16.";
        if (Superpixels is < 4 or > 4096) yield return $"superpixels is {Superpixels}; it must be 4..4096.";
        else if ((long)Size.Width * Size.Height / Superpixels < 9) yield return $"superpixels is {Superpixels}; each must have at least 9 of the {Size.Width} x {Size.Height} pixels.";
        if (Compactness is not (> 0 and <= 100)) yield return $"compactness is {Compactness}; it must be above 0 and at most 100.";
        if (MostHidden is not (> 0 and <= 0.9)) yield return $"mostHidden is {MostHidden}; it must be above 0 and at most 0.9.";
        if (!(LeastHidden is > 0 and <= 0.9 && LeastHidden <= MostHidden)) yield return $"leastHidden is {LeastHidden}; it must be above 0 and at most 0.9 and mostHidden, {MostHidden}.";
        if (Gap is < 0 or > 256) yield return $"gap is {Gap}; it must be 0..256 pixels.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
    }
}
