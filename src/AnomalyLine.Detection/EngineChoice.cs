using System.Globalization;

namespace AnomalyLine.Detection;

/// <summary>The engine that serves a loaded model, and why.</summary>
/// <param name="Engine">Any but Auto.</param>
/// <param name="Reason">Why, in a sentence for people.</param>
/// <param name="IsRefusal">Whether an engine failed or gave other results, which someone should look into.</param>
/// <param name="Times">What was measured; empty where nothing was.</param>
public sealed record EngineChoice(ServingEngine Engine, string Reason, bool IsRefusal, IReadOnlyList<EngineTime> Times)
{
    /// <summary>The times for people, such as "batch of 1: Torch 4.9 ms, Onnx 1.2 ms; batch of 8: …"; empty where nothing was measured.</summary>
    public string TimesText => string.Join("; ", Times.GroupBy(t => t.Batch).Select(
        batch => $"batch of {batch.Key}: {string.Join(", ", batch.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Engine} {t.Milliseconds:G3} ms")))}"));
}
