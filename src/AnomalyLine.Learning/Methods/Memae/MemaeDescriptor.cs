namespace AnomalyLine.Learning.Methods.Memae;

/// <summary>The catalogue's entry.</summary>
internal static class MemaeDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "memae", "Memory-augmented autoencoder",
        "Gong, Liu, Le, Saha, Mansour, Venkatesh, van den Hengel: Memorizing normality to detect anomaly, ICCV 2019",
        "Fast, one pass. Rebuilds each place from learnt normal pieces, so that defects are copied less than by a plain autoencoder.",
        _ => 1,
        (o, _) => new MemaeMethod((MemaeOptions)o),
        published: new MemaeOptions(),
        balanced: new MemaeOptions { Width = 16, Epochs = 80, BatchSize = 8, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true },
        fast: new MemaeOptions
        {
            Size = 128,
            Width = 16,
            Items = 500,
            Epochs = 80,
            BatchSize = 8,
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine,
            Smoothing = 11,
            Normalise = true,
        })
    {
        WritesOnnx = true,
    };
}
