using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// Brings the management database up to date once the line is open, and has the line's frames collected. Where that fails or takes long the server runs on,
/// and the database is opened at its next use: the line needs no management.
/// </summary>
internal sealed class ManagementHost(LineHost host, SampleCollector collector, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        host.Line.Evidence.Observe(collector.Offer);
        try
        {
            await collector.LoadPoliciesAsync(CancellationToken.None).WaitAsync(s_patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A database server that does not answer: the attempt goes on beside the line.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
