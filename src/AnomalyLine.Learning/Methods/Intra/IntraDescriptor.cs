namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>The catalogue's entry.</summary>
internal static class IntraDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "intra", "Inpainting transformer",
        "Pirnay, Chai: Inpainting transformer for anomaly detection, ICIAP 2022",
        "Fills each patch in from far around it by attention, so that large defects are not their own context; a window a patch, or one for four.",
        o => ((IntraOptions)o).WindowsToJudge,
        (o, _) => new IntraMethod((IntraOptions)o),
        published: new IntraOptions(),
        balanced: Short with { Width = 128, Depth = 7, Heads = 4, Epochs = 45 },
        fast: Short with { Width = 96, Depth = 5, Heads = 4, Epochs = 25 })
    {
        WritesOnnx = true,
    };

    private static IntraOptions Short => new()
    {
        Size = 128,
        Patch = 8,
        Hidden = 4,
        WindowsPerFrame = 16,
        Smoothing = 11,
        LearningRate = 1e-3,
        Precision = TrainingPrecision.Auto,
        Schedule = LearningRateSchedule.Cosine,
    };
}
