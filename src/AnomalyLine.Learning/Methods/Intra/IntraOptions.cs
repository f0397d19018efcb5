namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>Options of InTra; the defaults are the paper's where known (see the folder's README).</summary>
internal sealed record IntraOptions : MethodOptions
{
    /// <summary>The schedule: 64 windows a frame and step, so that about ten of our epochs make one of the paper's 600 windows a frame.</summary>
    public IntraOptions() => Epochs = 2000;

    /// <summary>Side of a patch, pixels, 4..64; divides Size.</summary>
    public int Patch { get; init; } = 16;

    /// <summary>Rows and columns of a window of patches, odd, 3..15.</summary>
    public int Window { get; init; } = 7;

    /// <summary>Patches hidden in a window, in training and when judging: 1 as published, or 4 for a quarter of the windows.</summary>
    public int Hidden { get; init; } = 1;

    /// <summary>Which position the network is told of each patch.</summary>
    public PatchPositions Positions { get; init; } = PatchPositions.Global;

    /// <summary>Numbers a token, 16..1024, a multiple of twice <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Blocks of attention, 1..32.</summary>
    public int Depth { get; init; } = 13;

    /// <summary>Heads of attention, 1..32.</summary>
    public int Heads { get; init; } = 8;

    /// <summary>Random windows taken from each frame in a training step, 1..1024.</summary>
    public int WindowsPerFrame { get; init; } = 64;

    /// <summary>Scales of the gradient magnitude similarity, 1..6; in the loss only those that leave 3 pixels of a patch.</summary>
    public int Scales { get; init; } = 3;

    /// <summary>Weight of the gradient magnitude similarity in the loss, 0..10.</summary>
    public double GradientWeight { get; init; } = 0.01;

    /// <summary>Weight of the structural similarity in the loss, 0..10.</summary>
    public double StructureWeight { get; init; } = 0.01;

    /// <summary>Columns of patches.</summary>
    internal int Columns => Size.Width / Patch;

    /// <summary>Rows of patches.</summary>
    internal int Rows => Size.Height / Patch;

    /// <summary>Patches of a frame.</summary>
    internal int Patches => Columns * Rows;

    /// <inheritdoc/>
    internal override int SizeStep => Patch;

    /// <summary>Scales that leave at least 3 pixels of a patch.</summary>
    internal int PatchScales => Enumerable.Range(1, Scales).Last(s => s == 1 || Patch >> (s - 1) >= 3);

    /// <summary>Windows a frame is judged with.</summary>
    internal int WindowsToJudge => new Masking.PatchWindows(Columns, Rows, Window, Hidden).Count;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Window is < 3 or > 15 || Window % 2 == 0) yield return $"window is {Window}; it must be an odd number, 3..15.";
        if (Hidden is not (1 or 4)) yield return $"hidden is {Hidden}; it must be 1 or 4.";
        if (Patch is < 4 or > 64 || !Size.IsMultipleOf(Patch)) yield return $"patch is {Patch}; it must be 4..64 pixels and divide the size of {Size}.";
        else if (Math.Min(Columns, Rows) < Window + (Hidden == 4 ? 1 : 0))
            yield return $"patch is {Patch}; it makes {Columns} x {Rows} patches, too few for windows of {Window} with {Hidden} hidden.";
        if (Heads is < 1 or > 32) yield return $"heads is {Heads}; it must be 1..32.";
        if (Width is < 16 or > 1024) yield return $"width is {Width}; it must be 16..1024 and a multiple of twice the heads.";
        else if (Heads is >= 1 and <= 32 && Width % (2 * Heads) != 0) yield return $"width is {Width}; it must be a multiple of {2 * Heads}, twice the heads.";
        if (Depth is < 1 or > 32) yield return $"depth is {Depth}; it must be 1..32.";
        if (WindowsPerFrame is < 1 or > 1024) yield return $"windowsPerFrame is {WindowsPerFrame}; it must be 1..1024.";
        if (Scales is < 1 or > 6 || Size.Shorter >> (Scales - 1) < 3) yield return $"scales is {Scales}; it must be 1..6 and leave at least 3 pixels.";
        if (GradientWeight is not (>= 0 and <= 10)) yield return $"gradientWeight is {GradientWeight}; it must be 0..10.";
        if (StructureWeight is not (>= 0 and <= 10)) yield return $"structureWeight is {StructureWeight}; it must be 0..10.";
    }
}
