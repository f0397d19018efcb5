using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Methods.Dinomaly;
using AnomalyLine.Learning.Methods.Draem;
using AnomalyLine.Learning.Methods.Fair;
using AnomalyLine.Learning.Methods.Intra;
using AnomalyLine.Learning.Methods.Memae;
using AnomalyLine.Learning.Methods.Mnad;
using AnomalyLine.Learning.Methods.Padim;
using AnomalyLine.Learning.Methods.Patchcore;
using AnomalyLine.Learning.Methods.ReverseDistillation;
using AnomalyLine.Learning.Methods.Riad;
using AnomalyLine.Learning.Methods.Scadn;
using AnomalyLine.Learning.Methods.Smai;
using AnomalyLine.Learning.Methods.Subspace;
using AnomalyLine.Learning.Methods.Vae;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>For each method options that keep its idea and run in a second or a few.</summary>
internal static class SmallPresets
{
    public static MethodOptions Of(MethodDescriptor method) => method.Presets["fast"] switch
    {
        AutoencoderOptions o => o with { Size = 128, Width = 8, Latent = 32, Epochs = 60, BatchSize = 8, Normalise = false, LearningRate = 3e-3 },
        RiadOptions o => o with { Size = 64, Width = 4, Epochs = 10, BatchSize = 4, Cells = [2, 8], Smoothing = 7, LearningRate = 3e-3 },
        MemaeOptions o => o with { Size = 64, Width = 8, Items = 100, Epochs = 40, BatchSize = 8, Normalise = false, Smoothing = 5, LearningRate = 3e-3 },
        MnadOptions o => o with { Size = 64, Width = 4, Epochs = 12, Normalise = false, Smoothing = 5, LearningRate = 3e-3 },
        VaeOptions o => o with { Size = 128, Width = 8, Latent = 32, Epochs = 60, BatchSize = 8, Normalise = false, LearningRate = 3e-3 },
        SmaiOptions o => o with { Size = 64, Width = 4, Epochs = 15, Superpixels = 40, Gap = 4, Smoothing = 7, LearningRate = 5e-3 },
        ScadnOptions o => o with { Size = 64, Width = 4, Blocks = 2, Cycles = [4, 8], Epochs = 15, Smoothing = 7, LearningRate = 3e-3 },
        IntraOptions o => o with { Size = 64, Width = 32, Heads = 2, Depth = 3, Epochs = 25, WindowsPerFrame = 8, Smoothing = 7, LearningRate = 3e-3 },
        FairOptions o => o with { Size = 64, Width = 8, Epochs = 12, Cutoff = 7.5, Normalise = false, Smoothing = 7, LearningRate = 3e-3 },
        DraemOptions o => o with { Size = 64, Width = 8, DiscriminativeWidth = 8, Epochs = 25, Smoothing = 7, LearningRate = 3e-3, Patches = 0 },
        DinomalyOptions o => o with { Size = 64, Layers = [1, 2], Sigma = 2, Width = 64, Heads = 4, Epochs = 20, LearningRate = 3e-3 },
        ReverseDistillationOptions o => o with { Size = 64, Layers = [1, 2], Sigma = 2, Width = 32, Epochs = 20 },
        PadimOptions o => o with { Size = 64, Layers = [1, 2], Sigma = 2, Dimensions = 20 },
        PatchcoreOptions o => o with { Size = 64, Layers = [1, 2], Sigma = 2, Memory = 300, Projection = 32 },
        SubspaceOptions o => o with { Size = 64, Layers = [1, 2], Sigma = 2 },
        var o => throw new InvalidOperationException($"{method.Name}: give its {o.GetType().Name} a small form here."),
    };
}
