using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Hosting;

/// <summary>Does the training jobs, watches for drift, and brings the shadows back, beside the line.</summary>
internal sealed partial class TrainingHost(
    LineHost host, JobQueue jobs, ModelRegistry registry, RecipeChange change, ShadowRun shadows, DriftWatch drift, ScheduleRun schedules,
        TimeProvider time, ILogger<TrainingHost> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        host.Line.Evidence.Observe("The watch for drift", drift.Offer);
        host.Line.Evidence.Observe("The shadow models", shadows.Offer);
        foreach (var station in host.Line.Stations)
        {
            if (!(await registry.ListAsync(station.Name, stoppingToken)).TryGet(out var versions, out _)) continue;
            if (versions.FirstOrDefault(version => version.Stage == ModelStage.Shadow) is { } shadow) await shadows.StartAsync(station.Name,
                shadow.ProductId, shadow.Version, stoppingToken);
        }

        await Task.WhenAll(
            KeepAsync("jobs", jobs.RunAsync, stoppingToken), KeepAsync("drift", drift.RunAsync, stoppingToken), KeepAsync("schedules", schedules.RunAsync, stoppingToken),
            KeepAsync("shadows", shadows.RunAsync, stoppingToken), KeepAsync("activation", change.RunAsync, stoppingToken));
    }

    /// <summary>Runs a part of management, and again after a failure: none of them may end the server, whose line needs none of them.</summary>
    private async Task KeepAsync(string part, Func<CancellationToken, Task> run, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await run(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A bulkhead.
                LogFailed(part, e);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(EventId = 120, Level = LogLevel.Error, Message = "The part {Part} of management failed; it is started again in 30 s")]
    private partial void LogFailed(string part, Exception failure);
}
