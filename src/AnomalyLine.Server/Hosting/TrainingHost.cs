using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Hosting;

/// <summary>Does the training jobs, watches for drift, and brings the shadows back, beside the line.</summary>
internal sealed class TrainingHost(LineHost host, JobQueue jobs, ModelRegistry registry, ShadowRun shadows, DriftWatch drift, ScheduleRun schedules) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        host.Line.Evidence.Observe(drift.Offer);
        host.Line.Evidence.Observe(shadows.Offer);
        foreach (var station in host.Line.Stations)
        {
            if (!(await registry.ListAsync(station.Name, stoppingToken)).TryGet(out var versions, out _)) continue;
            if (versions.FirstOrDefault(version => version.Stage == ModelStage.Shadow) is { } shadow) shadows.Start(station.Name, shadow.Version);
        }

        try
        {
            await Task.WhenAll(jobs.RunAsync(stoppingToken), drift.RunAsync(stoppingToken), schedules.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
