using AnomalyLine.Server.Memory;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>Degraded while new work is refused because memory is short.</summary>
internal sealed class MemoryHealthCheck(MemoryBudget memory) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        memory.Measure();
        return Task.FromResult(memory.Fault is { Length: > 0 } fault ? HealthCheckResult.Degraded(fault) : HealthCheckResult.Healthy());
    }
}
