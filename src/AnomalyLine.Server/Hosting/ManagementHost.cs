using AnomalyLine.Management.Storage;

namespace AnomalyLine.Server.Hosting;

/// <summary>Brings the management database up to date once the line is open. Where that fails the server runs on: the line needs no management.</summary>
internal sealed class ManagementHost(ManagementDatabase database) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => database.OpenAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
