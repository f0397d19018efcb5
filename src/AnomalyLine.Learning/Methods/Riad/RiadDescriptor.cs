namespace AnomalyLine.Learning.Methods.Riad;

/// <summary>The catalogue's entry.</summary>
internal static class RiadDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "riad", "Reconstruction by inpainting",
        "Zavrtanik, Kristan, Skočaj: Reconstruction by inpainting for visual anomaly detection, Pattern Recognition 112, 2021",
        "Strong on textures and on objects in a fixed pose; many passes a frame.",
        o => ((RiadOptions)o).Cells.Count * ((RiadOptions)o).Sets,
        (o, _) => new RiadMethod((RiadOptions)o),
        published: new RiadOptions(),
        balanced: new RiadOptions { Size = 128, Width = 16, Epochs = 40, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11 },
        fast: new RiadOptions { Size = 128, Width = 8, Epochs = 20, LearningRate = 2e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11 });
}
