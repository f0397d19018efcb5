namespace AnomalyLine.Learning.Methods.Smai;

/// <summary>The catalogue's entry.</summary>
internal static class SmaiDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "smai", "Superpixel masking and inpainting",
        "Li, Li, Jiang, Ma, Wei, Hong, Gong: Superpixel masking and inpainting for self-supervised anomaly detection, BMVC 2020",
        "Hides what belongs together, along its own outline; one pass a superpixel, or a dozen where those that lie apart are hidden together.",
        o => ((SmaiOptions)o).TypicalPasses,
        (o, _) => new SmaiMethod((SmaiOptions)o),
        published: new SmaiOptions(),
        balanced: Short with { Width = 16, Epochs = 80, LearningRate = 1e-3 },
        fast: Short with { Width = 8, Epochs = 40, LearningRate = 2e-3 });

    private static SmaiOptions Short => new()
    {
        Size = 128,
        Masking = SuperpixelMasking.Coloured,
        Gap = 8,
        Flatten = false,
        Smoothing = 11,
        BatchSize = 4,
        Schedule = LearningRateSchedule.Cosine,
    };
}
