namespace AnomalyLine.Learning.Methods.Draem;

/// <summary>The catalogue's entry.</summary>
internal static class DraemDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "draem", "Discriminatively trained reconstruction",
        "Zavrtanik, Kristan, Skočaj: DRAEM: a discriminatively trained reconstruction embedding for surface anomaly detection, ICCV 2021",
        "One pass through two networks; sharp maps without smoothing. Finds what looks like the anomalies it makes itself, best on surfaces.",
        _ => 1,
        (o, _) => new DraemMethod((DraemOptions)o),
        published: new DraemOptions(),
        balanced: Short with { Width = 24, DiscriminativeWidth = 16, Epochs = 34 },
        fast: Short with { Width = 16, DiscriminativeWidth = 12, Epochs = 17 })
    {
        WritesOnnx = true,
    };

    private static DraemOptions Short => new()
    {
        Size = 128,
        BatchSize = 4,
        LearningRate = 1e-3,
        Precision = TrainingPrecision.Auto,
        Schedule = LearningRateSchedule.Cosine,
        Smoothing = 11,
        Patches = 0.5,
        Turned = 0,
    };
}
