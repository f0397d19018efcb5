using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>Healthy while there are stations and all of them judge frames, but for those that somebody stopped.</summary>
internal sealed class LineHealthCheck(LineHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var faults = host.Stations.Where(station => !station.Ready && station.Mode != StationMode.Stopped).Select(station => $"{station.Name}: {station.Fault}").ToList();
        return Task.FromResult(host.Stations.Count == 0 ? HealthCheckResult.Unhealthy("There is no station yet.")
            : faults.Count > 0 ? HealthCheckResult.Unhealthy(string.Join("; ", faults))
            : HealthCheckResult.Healthy());
    }
}
