using System.Runtime.CompilerServices;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Vision.Tests;

internal static class EngineSettings
{
    [ModuleInitializer]
    internal static void Apply() => TorchEngine.RestartWithSettings();
}
