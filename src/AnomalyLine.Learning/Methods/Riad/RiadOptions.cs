namespace AnomalyLine.Learning.Methods.Riad;

/// <summary>Options of RIAD; the defaults are the paper's.</summary>
internal sealed record RiadOptions : MethodOptions
{
    /// <summary>The paper's schedule.</summary>
    public RiadOptions() => Schedule = LearningRateSchedule.Step;

    /// <summary>Sides of the hidden cells, pixels, each 1..Size / 2. A test frame is judged with all of them; a training step draws one.</summary>
    public IReadOnlyList<int> Cells { get; init; } = [2, 4, 8, 16];

    /// <summary>Disjoint sets that the cells are dealt into, hence passes a cell size, 2..16.</summary>
    public int Sets { get; init; } = 3;

    /// <summary>Scales of the gradient magnitude similarity, 1..6.</summary>
    public int Scales { get; init; } = 4;

    /// <summary>Channels of the first layer, 4..256; the deepest has eight times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Seed of the masks that test frames are judged with.</summary>
    public int MaskSeed { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(16)) yield return $"size is {Size}; the network halves it four times, so it must be a multiple of 16.";
        if (Cells.Count is 0 or > 8) yield return $"cells has {Cells.Count} entries; it must have 1..8.";
        foreach (var cell in Cells.Where(c => c < 1 || c > Size.Shorter / 2)) yield return $"cells has {cell}; each must be 1..{Size.Shorter / 2} pixels.";
        if (Sets is < 2 or > 16) yield return $"sets is {Sets}; it must be 2..16.";
        if (Scales is < 1 or > 6 || Size.Shorter >> (Scales - 1) < 3) yield return $"scales is {Scales}; it must be 1..6 and leave at least 3 pixels.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
    }
}
