using System.Runtime.CompilerServices;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Management.Tests;

internal static class EngineSettings
{
    [ModuleInitializer]
    internal static void Apply() => TorchEngine.RestartWithSettings();
}
