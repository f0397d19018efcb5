using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Syslog;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>
/// Degraded, never unhealthy, while management cannot keep its data, a guest of the line was taken off, or the audit does not get to its collector: the line judges all the same.
/// </summary>
internal sealed class ManagementHealthCheck(ManagementDatabase database, SampleCollector collector, LineHost host, SyslogForwarder syslog) : IHealthCheck
{
    /// <summary>A collector that is started again is no fault.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(database.Fault.Length > 0 ? HealthCheckResult.Degraded(database.Fault)
            : collector.Fault.Length > 0 ? HealthCheckResult.Degraded($"No samples are kept: {collector.Fault}")
            : host.ObserverFaults is { Count: > 0 } faults ? HealthCheckResult.Degraded(string.Join(' ', faults))
            : syslog.Waits >= s_patience && syslog.Lag is var lag
                ? HealthCheckResult.Degraded($"The collector of syslog does not have {lag.Entries} entries of the audit, the oldest of {lag.Since:u}{(lag.Reason.Length > 0 ? $": {lag.Reason}" : ".")}")
            : HealthCheckResult.Healthy());
}
