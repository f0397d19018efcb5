using System.Globalization;

namespace AnomalyLine.Vision.Models;

/// <summary>The engine that serves a loaded model, and why.</summary>
/// <param name="Engine">Torch or Onnx.</param>
/// <param name="Reason">Why, in a sentence for people.</param>
/// <param name="IsRefusal">Whether ONNX Runtime failed or gave other results, which someone should look into.</param>
/// <param name="Times">What was measured; empty where nothing was.</param>
public sealed record EngineChoice(ServingEngine Engine, string Reason, bool IsRefusal, IReadOnlyList<EngineTime> Times)
{
    /// <summary>The times for people, such as "batch of 1: torch 4.9 ms, onnx 1.2 ms; batch of 8: …"; empty where nothing was measured.</summary>
    public string TimesText => string.Join("; ", Times.Select(t => string.Create(CultureInfo.InvariantCulture, $"batch of {t.Batch}: torch {t.TorchMs:G3} ms, onnx {t.OnnxMs:G3} ms")));
}
