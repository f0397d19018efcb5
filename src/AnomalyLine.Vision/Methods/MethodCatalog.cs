using AnomalyLine.Vision.Methods.Autoencoder;
using AnomalyLine.Vision.Methods.Draem;
using AnomalyLine.Vision.Methods.Fair;
using AnomalyLine.Vision.Methods.Riad;

namespace AnomalyLine.Vision.Methods;

/// <summary>All methods. A new one is a folder beside this file and an entry here.</summary>
public static class MethodCatalog
{
    /// <summary>In the order in which people should see them.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } =
    [
        Autoencoder(
            "ae-l2", "Autoencoder, squared error", ReconstructionLoss.L2,
            "Fast, one pass. Finds strong changes of brightness or colour; blurs fine texture and so misses small defects."),
        Autoencoder(
            "ae-ssim", "Autoencoder, structural similarity", ReconstructionLoss.Ssim,
            "Fast, one pass. Finds changes of structure; blind to a pure change of colour."),
        new(
            "riad", "Reconstruction by inpainting",
            "Zavrtanik, Kristan, Skočaj: Reconstruction by inpainting for visual anomaly detection, Pattern Recognition 112, 2021",
            "Strong on textures and on objects in a fixed pose; many passes a frame.",
            o => ((RiadOptions)o).Cells.Count * ((RiadOptions)o).Sets,
            o => new RiadMethod((RiadOptions)o),
            published: new RiadOptions(),
            balanced: new RiadOptions { Size = 128, Width = 16, Epochs = 40, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11 },
            fast: new RiadOptions { Size = 128, Width = 8, Epochs = 20, LearningRate = 2e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11 }),
        new(
            "fair", "Frequency-aware restoration",
            "Liu, Li, Du, Jiang, Geng, Wang, Zhao: FAIR: Frequency-aware image restoration for industrial visual anomaly detection, 2023",
            "One pass, sharp, finds structure and colour. The first to try; learns from anomalies that it makes itself.",
            _ => 1, o => new FairMethod((FairOptions)o),
            published: new FairOptions(),
            balanced: ShortFair with { Width = 24, Epochs = 60 },
            fast: ShortFair with { Width = 16, Epochs = 34 }),
        new(
            "draem", "Discriminatively trained reconstruction",
            "Zavrtanik, Kristan, Skočaj: DRAEM: a discriminatively trained reconstruction embedding for surface anomaly detection, ICCV 2021",
            "One pass through two networks; sharp maps without smoothing. Finds what looks like the anomalies it makes itself, best on surfaces.",
            _ => 1, o => new DraemMethod((DraemOptions)o),
            published: new DraemOptions(),
            balanced: ShortDraem with { Width = 24, DiscriminativeWidth = 16, Epochs = 34 },
            fast: ShortDraem with { Width = 16, DiscriminativeWidth = 12, Epochs = 17 }),
    ];

    private static FairOptions ShortFair => new()
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

    private static DraemOptions ShortDraem => new()
    {
        Size = 128,
        BatchSize = 4,
        LearningRate = 1e-3,
        Schedule = LearningRateSchedule.Cosine,
        Smoothing = 11,
        Patches = 0.5,
        Turned = 0,
    };

    /// <summary>The method of a name, or null.</summary>
    public static MethodDescriptor? Find(string name) => All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    private static MethodDescriptor Autoencoder(string name, string title, ReconstructionLoss loss, string summary)
    {
        var published = new AutoencoderOptions { Loss = loss };
        var shorter = published with { BatchSize = 16, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true };
        return new(
            name, title,
            "Bergmann, Löwe, Fauser, Sattlegger, Steger: Improving unsupervised defect segmentation by applying structural similarity to autoencoders, VISAPP 2019",
            summary, _ => 1, o => new AutoencoderMethod((AutoencoderOptions)o),
            published,
            balanced: shorter with { Epochs = 150 },
            fast: shorter with { Size = 128, Width = 16, Latent = 200, Epochs = 80, Smoothing = 11 });
    }
}
