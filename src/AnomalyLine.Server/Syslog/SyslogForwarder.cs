using System.Net.Sockets;
using System.Security.Cryptography;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Syslog;

/// <summary>
/// Forwards the audit to a collector of syslog, from the database and from where it was, so that an outage of collector, network or server leaves no gap. Syslog has no receipt: what went out
/// in the last two minutes before a connection broke, or before a stop, goes out again; the number in each message shows it.
/// </summary>
internal sealed partial class SyslogForwarder(AnomalyLineOptions options, AuditLog audit, TimeProvider time, ILogger<SyslogForwarder> logger) : BackgroundService
{
    /// <summary>The file of the last entry that has surely arrived: its number and hash.</summary>
    public const string FileName = "syslog.cursor";

    private const int PageSize = 500;
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(2), s_tick = TimeSpan.FromSeconds(1), s_firstPause = TimeSpan.FromSeconds(0.5), s_longestPause = TimeSpan.FromSeconds(15);
    private readonly AuditCursor _cursor = new(Path.Combine(options.DataFolder, FileName));

    /// <summary>What went out and may yet be lost, the oldest first.</summary>
    private readonly Queue<(AuditEntry Entry, long At)> _sent = new();

    private volatile SyslogLag _lag = SyslogLag.None;

    /// <summary>How far the collector is behind. Any thread.</summary>
    public SyslogLag Lag => _lag;

    /// <summary>For how long the oldest entry that the collector does not have waits. Any thread.</summary>
    public TimeSpan Waits => _lag.Since is { } since && time.GetUtcNow() - since is { Ticks: > 0 } waits ? waits : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = s_firstPause;
        string? told = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await SyslogConnection.OpenAsync(options.Syslog, stoppingToken);
                LogConnected(options.Syslog.Host!, options.Syslog.UsedPort);
                (pause, told) = (s_firstPause, null);
                await FollowAsync(connection, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException or CryptographicException)
            {
                // Told once, until it is another one: a collector may be away for days.
                if (told != failure.Message) LogLost(options.Syslog.Host!, options.Syslog.UsedPort, failure.Message);
                told = failure.Message;
                await MeasureAsync(failure.Message, stoppingToken);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    private async Task FollowAsync(SyslogConnection connection, CancellationToken stopping)
    {
        _sent.Clear();
        var last = await BeginAsync(stopping);
        while (true)
        {
            var entries = (await audit.ListAsync(last, null, PageSize, stopping)).TryGet(out var page, out var error) ? page : throw new IOException(error.Message);
            foreach (var entry in entries)
            {
                await connection.SendAsync(SyslogMessage.Of(entry, Environment.MachineName), stopping);
                _sent.Enqueue((entry, time.GetTimestamp()));
                last = entry.Sequence;
            }

            connection.Check();
            Settle();
            _lag = entries.Count < PageSize ? SyslogLag.None : await LagAsync(last, "", stopping);
            if (entries.Count < PageSize) await Task.Delay(s_tick, time, stopping);
        }
    }

    /// <summary>While nothing goes out: what the collector does not surely have.</summary>
    private async Task MeasureAsync(string reason, CancellationToken stopping)
    {
        try
        {
            _lag = (await _cursor.ReadAsync(audit, stopping)).TryGet(out var last, out _) ? await LagAsync(last ?? 0, reason, stopping) : _lag with { Reason = reason };
        }
        catch (IOException unreadable)
        {
            _lag = _lag with { Reason = unreadable.Message };
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody asks any more.
        }
    }

    private async Task<SyslogLag> LagAsync(long last, string reason, CancellationToken stopping) =>
        (await audit.ListAsync(last, null, 1, stopping)).TryGet(out var next, out _) && (await audit.ListBackAsync(long.MaxValue, "", 1, stopping)).TryGet(out var newest, out _) && next.Count > 0
            ? new SyslogLag(newest[0].Sequence - last, next[0].Time, reason)
            : SyslogLag.None with { Reason = reason };

    private async Task<long> BeginAsync(CancellationToken stopping)
    {
        if (!(await _cursor.ReadAsync(audit, stopping)).TryGet(out var last, out var error)) throw new IOException(error.Message);
        if (last is null) LogAnew(_cursor.Path);
        return last ?? 0;
    }

    /// <summary>Writes down what went out long enough ago on a connection that is still there.</summary>
    private void Settle()
    {
        AuditEntry? settled = null;
        while (_sent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= s_settled) settled = _sent.Dequeue().Entry;
        if (settled is not null) _cursor.Write(settled);
    }

    [LoggerMessage(EventId = 170, Level = LogLevel.Information, Message = "The audit is forwarded to {Host}:{Port}")]
    private partial void LogConnected(string host, int port);

    [LoggerMessage(EventId = 171, Level = LogLevel.Warning, Message = "The audit is not forwarded to {Host}:{Port}, and goes there later: {Reason}")]
    private partial void LogLost(string host, int port, string reason);

    [LoggerMessage(EventId = 172, Level = LogLevel.Warning, Message = "The audit is forwarded from its first entry on: it is not the one that {Path} tells of, as after a restore")]
    private partial void LogAnew(string path);
}
