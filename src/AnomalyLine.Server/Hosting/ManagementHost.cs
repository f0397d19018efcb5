using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// Brings the management database up to date once the line is open, puts right what a server that was killed left half done, and has the line's
/// frames collected. Where that fails or takes long the server runs on,
/// and the database is opened at its next use: the line needs no management.
/// </summary>
internal sealed class ManagementHost(LineHost host, RecipeChange change, SampleCollector collector, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        host.Line.Evidence.Observe("The collector of samples", collector.Offer);
        try
        {
            await Task.WhenAll(collector.LoadPoliciesAsync(CancellationToken.None),
                change.ReconcileAsync(CancellationToken.None)).WaitAsync(s_patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A database server that does not answer: the attempt goes on beside the line.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
