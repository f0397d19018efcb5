using AnomalyLine.Vision.Masking;
using AnomalyLine.Vision.Methods.Autoencoder;
using AnomalyLine.Vision.Methods.Draem;
using AnomalyLine.Vision.Methods.Fair;
using AnomalyLine.Vision.Methods.Intra;
using AnomalyLine.Vision.Methods.Memae;
using AnomalyLine.Vision.Methods.Mnad;
using AnomalyLine.Vision.Methods.Riad;
using AnomalyLine.Vision.Methods.Scadn;
using AnomalyLine.Vision.Methods.Smai;
using AnomalyLine.Vision.Methods.Vae;

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
            "vae", "Variational autoencoder",
            "Kingma, Welling: Auto-encoding variational Bayes, ICLR 2014",
            "Fast, one pass. As the autoencoder on squared error, with a bottleneck that carries no more than it must: blurs more, copies defects less.",
            _ => 1,
            o => new VaeMethod((VaeOptions)o),
            published: new VaeOptions(),
            balanced: new VaeOptions { Epochs = 150, BatchSize = 16, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true },
            fast: new VaeOptions
            {
                Size = 128, Width = 16, Latent = 200, Epochs = 80, BatchSize = 16, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11, Normalise = true,
            }),
        new(
            "memae", "Memory-augmented autoencoder",
            "Gong, Liu, Le, Saha, Mansour, Venkatesh, van den Hengel: Memorizing normality to detect anomaly, ICCV 2019",
            "Fast, one pass. Rebuilds each place from learnt normal pieces, so that defects are copied less than by a plain autoencoder.",
            _ => 1,
            o => new MemaeMethod((MemaeOptions)o),
            published: new MemaeOptions(),
            balanced: new MemaeOptions { Width = 16, Epochs = 80, BatchSize = 8, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Normalise = true },
            fast: new MemaeOptions
            {
                Size = 128, Width = 16, Items = 500, Epochs = 80, BatchSize = 8, LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine, Smoothing = 11, Normalise = true,
            }),
        new(
            "mnad", "Memory-guided normality",
            "Park, Noh, Ham: Learning memory-guided normality for anomaly detection, CVPR 2020",
            "One pass. Joins the reconstruction's error with the distance of each place to a few learnt prototypes of normal.",
            _ => 1,
            o => new MnadMethod((MnadOptions)o),
            published: new MnadOptions(),
            balanced: new MnadOptions { Size = 128, Width = 16, Epochs = 60, LearningRate = 1e-3, Smoothing = 11, Normalise = true },
            fast: new MnadOptions { Size = 128, Width = 12, Epochs = 20, LearningRate = 1e-3, Smoothing = 11, Normalise = true }),
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
            balanced: ShortFair with { Width = 24, Epochs = 50 },
            fast: ShortFair with { Width = 16, Epochs = 28 }),
        Smai(),
        Scadn(),
        Intra(),
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

    private static MethodDescriptor Smai()
    {
        var small = new SmaiOptions { Size = 128, Masking = SuperpixelMasking.Coloured, Gap = 8, Flatten = false, Smoothing = 11 };
        var shorter = small with { BatchSize = 4, Schedule = LearningRateSchedule.Cosine };
        return new(
            "smai", "Superpixel masking and inpainting",
            "Li, Li, Jiang, Ma, Wei, Hong, Gong: Superpixel masking and inpainting for self-supervised anomaly detection, BMVC 2020",
            "Hides what belongs together, along its own outline; one pass a superpixel, or a dozen where those that lie apart are hidden together.",
            o => ((SmaiOptions)o).TypicalPasses,
            o => new SmaiMethod((SmaiOptions)o),
            published: new SmaiOptions(),
            balanced: shorter with { Width = 16, Epochs = 80, LearningRate = 1e-3 },
            fast: shorter with { Width = 8, Epochs = 40, LearningRate = 2e-3 });
    }

    private static MethodDescriptor Scadn()
    {
        var shorter = new ScadnOptions { Size = 128, Width = 16, Schedule = LearningRateSchedule.Cosine, Score = FrameScore.Max, Smoothing = 11 };
        return new(
            "scadn", "Semantic context with striped masks",
            "Yan, Zhang, Xu, Hu, Heng: Learning semantic context from normal samples for unsupervised anomaly detection, AAAI 2021",
            "Hides half of the frame by broad bars, so that large defects cannot be seen around; fine detail is not its strength.",
            o => ((ScadnOptions)o).Cycles.Count * Stripes.Count,
            o => new ScadnMethod((ScadnOptions)o),
            published: new ScadnOptions(),
            balanced: shorter with { Epochs = 60, LearningRate = 5e-4 },
            fast: shorter with { Epochs = 16, LearningRate = 1e-3 });
    }

    private static MethodDescriptor Intra()
    {
        var small = new IntraOptions { Size = 128, Patch = 8, Hidden = 4, WindowsPerFrame = 16, Smoothing = 11 };
        var shorter = small with { LearningRate = 1e-3, Schedule = LearningRateSchedule.Cosine };
        return new(
            "intra", "Inpainting transformer",
            "Pirnay, Chai: Inpainting transformer for anomaly detection, ICIAP 2022",
            "Fills each patch in from far around it by attention, so that large defects are not their own context; a window a patch, or one for four.",
            o => ((IntraOptions)o).WindowsToJudge,
            o => new IntraMethod((IntraOptions)o),
            published: new IntraOptions(),
            balanced: shorter with { Width = 128, Depth = 7, Heads = 4, Epochs = 45 },
            fast: shorter with { Width = 96, Depth = 5, Heads = 4, Epochs = 25 });
    }
}
