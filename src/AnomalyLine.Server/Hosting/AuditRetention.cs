using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Options;
using AnomalyLine.Server.Syslog;

namespace AnomalyLine.Server.Hosting;

/// <summary>Removes entries of the audit that are old enough, at the start and once a day; never one that the collector of syslog may not have yet.</summary>
internal sealed partial class AuditRetention(AnomalyLineOptions options, AuditLog audit, TimeProvider time, ILogger<AuditRetention> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await CutAsync(options.Management.AuditRetention!.Value, stoppingToken);
            await Task.Delay(s_period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CutAsync(TimeSpan retention, CancellationToken stopping)
    {
        try
        {
            var keepFrom = options.Syslog.Enabled ? await new AuditCursor(Path.Combine(options.DataFolder, SyslogForwarder.FileName)).ReadAsync(audit, stopping) : long.MaxValue;
            if (!keepFrom.TryGet(out var from, out var error) || !(await audit.CutAsync(time.GetUtcNow() - retention, from ?? 0, stopping)).TryGet(out var removed, out error)) LogNotCut(error.Message);
            else if (removed > 0) LogCut(removed, retention);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Tomorrow, or at the next start.
        }
        catch (IOException failure)
        {
            LogNotCut(failure.Message);
        }
    }

    [LoggerMessage(EventId = 173, Level = LogLevel.Information, Message = "The {Entries} oldest entries of the audit were removed, which keeps them for {Retention}; a signed entry says up to which one")]
    private partial void LogCut(long entries, TimeSpan retention);

    [LoggerMessage(EventId = 174, Level = LogLevel.Error, Message = "The audit keeps its old entries: {Reason}")]
    private partial void LogNotCut(string reason);
}
