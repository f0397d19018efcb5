using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// Brings the management database up to date once the line is open, and has its frames collected. Where that fails the server runs on: the line needs no
/// management.
/// </summary>
internal sealed class ManagementHost(LineHost host, ManagementDatabase database, SampleCollector collector) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        await collector.LoadPoliciesAsync(cancellationToken);
        host.Line.Evidence.Observe(collector.Offer);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
