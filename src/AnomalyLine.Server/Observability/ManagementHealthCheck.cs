using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using AnomalyLine.Server.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>
/// Degraded, never unhealthy, while management cannot keep its data or a guest of the line was taken off: the line judges all the same.
/// </summary>
internal sealed class ManagementHealthCheck(ManagementDatabase database, SampleCollector collector, LineHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(database.Fault.Length > 0 ? HealthCheckResult.Degraded(database.Fault)
            : collector.Fault.Length > 0 ? HealthCheckResult.Degraded($"No samples are kept: {collector.Fault}")
            : host.ObserverFaults is { Count: > 0 } faults ? HealthCheckResult.Degraded(string.Join(' ', faults))
            : HealthCheckResult.Healthy());
}
