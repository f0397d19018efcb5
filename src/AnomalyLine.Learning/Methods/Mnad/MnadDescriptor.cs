namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>The catalogue's entry.</summary>
internal static class MnadDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "mnad", "Memory-guided normality",
        "Park, Noh, Ham: Learning memory-guided normality for anomaly detection, CVPR 2020",
        "One pass. Joins the reconstruction's error with the distance of each place to a few learnt prototypes of normal.",
        _ => 1,
        (o, _) => new MnadMethod((MnadOptions)o),
        published: new MnadOptions(),
        balanced: new MnadOptions { Size = 128, Width = 16, Epochs = 60, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11, Normalise = true },
        fast: new MnadOptions { Size = 128, Width = 12, Epochs = 20, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11, Normalise = true })
    {
        WritesOnnx = true,
    };
}
