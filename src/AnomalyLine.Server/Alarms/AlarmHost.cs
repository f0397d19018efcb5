using AnomalyLine.Management.Alarms;

namespace AnomalyLine.Server.Alarms;

/// <summary>Looks once a second for what is wrong, beside the line.</summary>
internal sealed partial class AlarmHost(AlarmSources sources, AlarmList alarms, TimeProvider time, ILogger<AlarmHost> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var pace = new PeriodicTimer(s_period, time);
        var hasFailed = false;
        try
        {
            // What was kept is read first: an alarm that outlasts a restart is the same one.
            await alarms.KeepAsync(stoppingToken);
            do
            {
                try
                {
                    alarms.Look(await sources.FindAsync(stoppingToken));
                    await alarms.KeepAsync(stoppingToken);
                    hasFailed = false;
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // A bulkhead: what cannot be looked at must not end the watch over all else.
                    if (!hasFailed) LogFailed(failure);
                    hasFailed = true;
                }
            }
            while (await pace.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    [LoggerMessage(EventId = 190, Level = LogLevel.Error, Message = "What is wrong could not be looked at; the alarms are those from before until it can (said once)")]
    private partial void LogFailed(Exception failure);
}
