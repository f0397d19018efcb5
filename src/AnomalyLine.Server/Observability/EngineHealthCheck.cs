using AnomalyLine.Detection;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>Says which engines judge the stations' models. Degraded where a card was asked for and another engine judges: verdicts are right, and may be late.</summary>
internal sealed class EngineHealthCheck(LineHost host, DetectorLoader loader, AnomalyLineOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var engines = host.Stations.Select(station => station.Recipe?.ModelVersion).OfType<string>().Distinct(StringComparer.Ordinal).Select(loader.EngineOf).OfType<EngineChoice>().ToArray();
        var text = engines.Length == 0
            ? "no model is judged"
            : $"models are judged by {string.Join(", ", engines.GroupBy(choice => choice.Engine).OrderBy(group => group.Key).Select(group => $"{group.Key} ({group.Count()})"))}";
        return Task.FromResult(options.Line.Engine == ServingEngine.Card && engines.Any(choice => choice.Engine != ServingEngine.Card)
            ? HealthCheckResult.Degraded($"{text}, and a card was asked for: events 141 and 145 in the log say why not")
            : HealthCheckResult.Healthy(text));
    }
}
