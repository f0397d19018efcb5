using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>Degraded, never unhealthy, while management cannot keep its data: the line judges all the same.</summary>
internal sealed class ManagementHealthCheck(ManagementDatabase database, SampleCollector collector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(database.Fault.Length > 0 ? HealthCheckResult.Degraded(database.Fault)
            : collector.Fault.Length > 0 ? HealthCheckResult.Degraded($"No samples are kept: {collector.Fault}")
            : HealthCheckResult.Healthy());
}
