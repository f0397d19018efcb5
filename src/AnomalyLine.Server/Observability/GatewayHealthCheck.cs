using AnomalyLine.Server.OpcUaGateway;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>Degraded, never unhealthy, while OPC UA is wanted and no client can connect: the line judges all the same.</summary>
internal sealed class GatewayHealthCheck(GatewaySupervisor gateway) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = gateway.State;
        return Task.FromResult(state.Status is GatewayStatus.Running or GatewayStatus.Disabled or GatewayStatus.Stopped
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"No OPC UA client can connect. {(state.Message.Length > 0 ? state.Message : "The gateway is starting.")}"));
    }
}
