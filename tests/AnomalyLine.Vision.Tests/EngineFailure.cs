using System.Runtime.InteropServices;

namespace AnomalyLine.Vision.Tests;

/// <summary>A failure as the native engine reports it.</summary>
internal sealed class EngineFailure(string message) : ExternalException(message);
