using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Methods.Autoencoder;
using AnomalyLine.Vision.Methods.Draem;
using AnomalyLine.Vision.Methods.Fair;
using AnomalyLine.Vision.Methods.Riad;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>For each method options that keep its idea and run in a second or a few.</summary>
internal static class SmallPresets
{
    public static MethodOptions Of(MethodDescriptor method) => method.Presets["fast"] switch
    {
        AutoencoderOptions o => o with { Size = 128, Width = 8, Latent = 32, Epochs = 60, BatchSize = 8, Normalise = false, LearningRate = 3e-3 },
        RiadOptions o => o with { Size = 64, Width = 4, Epochs = 10, BatchSize = 4, Cells = [2, 8], Smoothing = 7, LearningRate = 3e-3 },
        FairOptions o => o with { Size = 64, Width = 8, Epochs = 12, Cutoff = 7.5, Normalise = false, Smoothing = 7, LearningRate = 3e-3 },
        DraemOptions o => o with { Size = 64, Width = 8, DiscriminativeWidth = 8, Epochs = 15, Smoothing = 7, LearningRate = 3e-3, Patches = 0 },
        var o => throw new InvalidOperationException($"{method.Name}: give its {o.GetType().Name} a small form here."),
    };
}
