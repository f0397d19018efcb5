namespace AnomalyLine.Learning.Methods.ReverseDistillation;

/// <summary>The catalogue's entry.</summary>
internal static class ReverseDistillationDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "rd", "Reverse distillation of features",
        "Deng, Li: Anomaly detection via reverse distillation from one-class embedding, CVPR 2022",
        "One pass on pretrained features, trained in half a minute. Sharp maps; finds wrong texture and normal things at a wrong place alike.",
        _ => 1,
        (o, backbone) => new ReverseDistillationMethod((ReverseDistillationOptions)o, backbone),
        published: new ReverseDistillationOptions(),
        balanced: Light with { Epochs = 5 },
        fast: Light)
    {
        WritesOnnx = true,
    };

    private static ReverseDistillationOptions Light => new()
    {
        Layers = [2, 3],
        Width = 256,
        Blocks = 1,
        Epochs = 3,
        BatchSize = 8,
        Schedule = LearningRateSchedule.WarmupStableDecay,
    };
}
