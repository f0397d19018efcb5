namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>The catalogue's entry.</summary>
internal static class DinomalyDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "dinomaly", "Transformer reconstruction of features",
        "Guo, Lu, Zhang, Chen, Li, Liao: Dinomaly: the less is more philosophy in multi-class unsupervised anomaly detection, CVPR 2025",
        "One pass on pretrained features, trained in one to three minutes. The first to try for parts: finds wrong texture and normal things at a wrong place alike.",
        _ => 1,
        (o, backbone) => new DinomalyMethod((DinomalyOptions)o, backbone),
        published: new DinomalyOptions(),
        balanced: Light with { Epochs = 20, MaxSteps = 500 },
        fast: Light)
    {
        WritesOnnx = true,
    };

    private static DinomalyOptions Light => new()
    {
        Width = 256,
        Heads = 8,
        Blocks = 2,
        Expansion = 2,
        Epochs = 10,
        MaxSteps = 250,
        BatchSize = 8,
        LearningRate = 1e-3,
        Schedule = LearningRateSchedule.WarmupStableDecay,
        EasyGrowth = 0.75,
        Precision = TrainingPrecision.Auto,
    };
}
