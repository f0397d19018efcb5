using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AnomalyLine.Server.Observability;

/// <summary>
/// Unhealthy while a station that has a recipe cannot judge, but for those that somebody stopped. A station without a recipe judges nothing yet,
/// which says nothing against the others: degraded. So is a log that was found damaged, to which the line goes on writing.
/// </summary>
internal sealed class LineHealthCheck(LineHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var faults = Faults(station => station.FaultKind is not (StationFault.None or StationFault.Stopped or StationFault.NoRecipe));
        var waiting = Faults(static station => station.FaultKind == StationFault.NoRecipe);
        var damage = FilePaths.WithoutFolders(host.LogDamage);
        return Task.FromResult(faults.Length > 0 ? HealthCheckResult.Unhealthy(faults)
            : damage.Length > 0 ? HealthCheckResult.Degraded(damage)
            : waiting.Length > 0 ? HealthCheckResult.Degraded(waiting)
            : HealthCheckResult.Healthy());
    }

    private string Faults(Func<StationStatus, bool> isOne) => string.Join(
        "; ", host.Stations.Where(isOne).Select(station => $"{station.Name}: {FilePaths.WithoutFolders(station.Fault)}"));
}
