namespace AnomalyLine.Learning.Methods.Vae;

/// <summary>The catalogue's entry.</summary>
internal static class VaeDescriptor
{
    /// <summary>What it is, what it costs, its presets.</summary>
    public static MethodDescriptor Entry { get; } = new(
        "vae", "Variational autoencoder",
        "Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014",
        "Fast, one pass. As the autoencoder on squared error, with a bottleneck that carries no more than it must: blurs more, copies defects less.",
        _ => 1,
        (o, _) => new VaeMethod((VaeOptions)o),
        published: new VaeOptions(),
        balanced: new VaeOptions { Epochs = 150, BatchSize = 16, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true },
        fast: new VaeOptions
        {
            Size = 128,
            Width = 16,
            Latent = 200,
            Epochs = 80,
            BatchSize = 16,
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine,
            Smoothing = 11,
            Normalise = true,
        })
    {
        WritesOnnx = true,
    };
}
