using System.Runtime.CompilerServices;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Management.Tests;

internal static class EngineSettings
{
    [ModuleInitializer]
    internal static void Apply()
    {
        TorchEngine.RestartWithSettings();

        // Networks are so small here that two threads would mostly wait for each other.
        TorchEngine.Threads = 1;
    }
}
