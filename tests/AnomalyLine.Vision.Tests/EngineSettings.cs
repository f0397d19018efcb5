using System.Runtime.CompilerServices;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Vision.Tests;

internal static class EngineSettings
{
    [ModuleInitializer]
    internal static void Apply()
    {
        TorchEngine.RestartWithSettings();

        // Tests call what a training calls, without the trainer around it. One thread: networks are so small here that two would mostly wait for each other.
        _ = TorchEngine.ZeroNewMemory();
        TorchEngine.Threads = 1;
    }
}
