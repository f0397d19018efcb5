using System.ComponentModel;
using AnomalyLine.Management.Processes;

namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>
/// Keeps the OPC UA gateway running as a child process: starts it, brings its log into the server's, ends it where it hangs,
/// starts it again after a growing pause, stops it politely.
/// The line never depends on it.
/// </summary>
internal sealed partial class GatewaySupervisor : BackgroundService
{
    /// <summary>Exit code of a gateway that cannot run as configured.</summary>
    public const int MisconfiguredExitCode = 2;

    /// <summary>What a process that is ended by SIGKILL gives.</summary>
    private const int HungExitCode = 137;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_misconfiguredPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_healthyTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(3);

    /// <summary>A gateway gives a sign of life each second once it listens; it may take long to get there.</summary>
    private static readonly TimeSpan s_silencePatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_startPatience = TimeSpan.FromMinutes(3);

    private readonly Func<(ChildCommand? Command, string Error)> _createCommand;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile GatewayState _state;
    private int _starts;

    /// <summary>Supervises nothing yet.</summary>
    /// <param name="enabled">False leaves the gateway out.</param>
    /// <param name="endpoint">Address that it will listen on.</param>
    /// <param name="createCommand">The command, or null and what is missing; asked before each start.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="logger">Gets the gateway's log too.</param>
    public GatewaySupervisor(
        bool enabled, string endpoint, Func<(ChildCommand? Command, string Error)> createCommand, TimeProvider time, ILogger<GatewaySupervisor> logger)
    {
        _createCommand = createCommand;
        _time = time;
        _logger = logger;
        _state = new GatewayState(enabled ? GatewayStatus.Starting : GatewayStatus.Disabled, endpoint, 0, 0, "");
    }

    /// <summary>What it does now.</summary>
    public GatewayState State => _state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_state.Status == GatewayStatus.Disabled) return;
        var pause = s_firstPause;
        try
        {
            while (true)
            {
                var started = _time.GetTimestamp();
                var (code, reason) = await RunOnceAsync(stoppingToken);
                if (_time.GetElapsedTime(started) >= s_healthyTime) pause = s_firstPause;
                if (code == MisconfiguredExitCode)
                {
                    Become(GatewayStatus.Misconfigured, _state.Message);
                    await Task.Delay(s_misconfiguredPause, _time, stoppingToken);
                }
                else
                {
                    LogEnded(code, pause.TotalSeconds, reason);
                    _state = _state with { Failures = _state.Failures + 1 };
                    Become(GatewayStatus.Restarting, $"It ended with code {code} and starts again in {pause.TotalSeconds:0.#} s. {reason}");
                    await Task.Delay(pause, _time, stoppingToken);
                    pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Become(GatewayStatus.Stopped, "");
        }
    }

    /// <summary>One life of the child.</summary>
    /// <returns>Its exit code, that of a wrong configuration where it cannot even be started; and why it ended, as far as it said.</returns>
    private async Task<(int Code, string Reason)> RunOnceAsync(CancellationToken stoppingToken)
    {
        var (command, error) = _createCommand();
        if (command is null) return CannotStart(error);
        Become(GatewayStatus.Starting, "");
        var worst = "";
        using var hung = new CancellationTokenSource(s_startPatience, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, hung.Token);
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(command, OnOutput, OnError);
        }
        catch (Win32Exception exception)
        {
            return CannotStart($"{command.FileName} cannot be started: {exception.Message}");
        }

        await using (child)
        {
            _state = _state with { Restarts = Interlocked.Increment(ref _starts) - 1 };
            LogStarted(child.Id, _state.Endpoint);
            try
            {
                var code = await child.WaitAsync(ending.Token);
                if (code == MisconfiguredExitCode) Become(GatewayStatus.Misconfigured, worst);
                return (code, worst.Length > 0 ? worst : "It gave no reason.");
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                var patience = _state.Status == GatewayStatus.Running ? s_silencePatience : s_startPatience;
                LogHung(child.Id, patience.TotalSeconds);
                await child.StopAsync(TimeSpan.Zero);
                return (HungExitCode, $"It hung: it gave no sign of life for {patience.TotalSeconds} s.");
            }
            catch (OperationCanceledException)
            {
                await child.StopAsync(s_stopPatience);
                throw;
            }
        }

        void OnOutput(string text)
        {
            var line = GatewayLine.Parse(text);
            if (!ending.IsCancellationRequested && (line.IsListening || _state.Status == GatewayStatus.Running)) hung.CancelAfter(s_silencePatience);
            if (line.IsSignOfLife) return;
            if (line.Level >= LogLevel.Error) worst = line.Message;
            if (line.IsListening) Become(GatewayStatus.Running, "");
            LogLine(line.Level, line.Stack.Length == 0 ? line.Message : $"{line.Message} {line.Stack}");
        }

        void OnError(string text)
        {
            worst = text;
            LogLine(LogLevel.Warning, text);
        }
    }

    private (int Code, string Reason) CannotStart(string error)
    {
        if (!string.Equals(_state.Message, error, StringComparison.Ordinal)) LogCannotStart(error);
        Become(GatewayStatus.Misconfigured, error);
        return (MisconfiguredExitCode, error);
    }

    private void Become(GatewayStatus status, string message) => _state = _state with { Status = status, Message = message };

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "OPC UA gateway started as process {ProcessId} for {Endpoint}")]
    private partial void LogStarted(int processId, string endpoint);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "OPC UA gateway ended with code {ExitCode} and starts again in {Seconds} s. {Reason}")]
    private partial void LogEnded(int exitCode, double seconds, string reason);

    [LoggerMessage(EventId = 103, Level = LogLevel.Error, Message = "The line runs without OPC UA: {Reason}")]
    private partial void LogCannotStart(string reason);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "OPC UA gateway (process {ProcessId}) hangs: no sign of life for {Seconds} s; ending it")]
    private partial void LogHung(int processId, double seconds);

    [LoggerMessage(EventId = 104, Message = "gateway: {Text}")]
    private partial void LogLine(LogLevel level, string text);
}
