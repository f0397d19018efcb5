using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>The catalogue's entry.</summary>
internal static class ScadnDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "scadn", "Semantic context with striped masks",
        "Yan, Zhang, Xu, Hu, Heng: Learning semantic context from normal samples for unsupervised anomaly detection, AAAI 2021",
        "Hides half of the frame by broad bars, so that large defects cannot be seen around; fine detail is not its strength.",
        o => ((ScadnOptions)o).Cycles.Count * Stripes.Count,
        (o, _) => new ScadnMethod((ScadnOptions)o),
        published: new ScadnOptions(),
        balanced: Short with { Epochs = 60, LearningRate = 5e-4 },
        fast: Short with { Epochs = 16, LearningRate = 1e-3 });

    private static ScadnOptions Short => new() { Size = 128, Width = 16, Schedule = LearningRateSchedule.Cosine, Score = FrameScore.Max, Smoothing = 11 };
}
