namespace AnomalyLine.Learning.Methods.Fair;

/// <summary>The catalogue's entry.</summary>
internal static class FairDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "fair", "Frequency-aware restoration",
        "Liu, Li, Du, Jiang, Geng, Wang, Zhao: FAIR: Frequency-aware image restoration for industrial visual anomaly detection, 2023",
        "One pass, sharp, finds structure and colour. The first to try; learns from anomalies that it makes itself.",
        _ => 1,
        (o, _) => new FairMethod((FairOptions)o),
        published: new FairOptions(),
        balanced: Short with { Width = 24, Epochs = 60 },
        fast: Short with { Width = 16, Epochs = 34 })
    {
        WritesOnnx = true,
    };

    private static FairOptions Short => new()
    {
        Size = 128,
        BatchSize = 4,
        LearningRate = 1e-3,
        Schedule = LearningRateSchedule.Cosine,
        Cutoff = 15,
        Smoothing = 11,
        BalanceColour = true,
        Turned = 0,
        Normalise = true,
    };
}
