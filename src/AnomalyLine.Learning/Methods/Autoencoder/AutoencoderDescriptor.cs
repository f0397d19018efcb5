namespace AnomalyLine.Learning.Methods.Autoencoder;

/// <summary>The catalogue's entries.</summary>
internal static class AutoencoderDescriptor
{
    /// <summary>On structural similarity.</summary>
    public static MethodDescriptor StructuralSimilarity { get; } = Entry(
        "ae-ssim", "Autoencoder, structural similarity", ReconstructionLoss.Ssim,
        "Fast, one pass. Finds changes of structure; blind to a pure change of colour.");

    /// <summary>On squared error.</summary>
    public static MethodDescriptor SquaredError { get; } = Entry(
        "ae-l2", "Autoencoder, squared error", ReconstructionLoss.L2,
        "Fast, one pass. Finds strong changes of brightness or colour; blurs fine texture and so misses small defects.");

    private static MethodDescriptor Entry(string name, string title, ReconstructionLoss loss, string summary)
    {
        var published = new AutoencoderOptions { Loss = loss };
        var shorter = published with { BatchSize = 16, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true };
        return new(
            name, title,
            "Bergmann, Löwe, Fauser, Sattlegger, Steger: Improving unsupervised defect segmentation by applying structural similarity to autoencoders, VISAPP 2019",
            summary,
            _ => 1,
            (o, _) => new AutoencoderMethod((AutoencoderOptions)o),
            published,
            balanced: shorter with { Epochs = 150 },
            fast: shorter with { Size = 128, Width = 16, Latent = 200, Epochs = 80, Smoothing = 11 })
        {
            WritesOnnx = true,
        };
    }
}
