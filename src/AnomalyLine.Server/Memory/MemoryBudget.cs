using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Memory;

/// <summary>
/// The memory that this server may take, and what of it callers' frames may. The server measures itself against it; where it is used up, new work is refused and what can be given back is given back,
/// before the kernel ends the process. Work that was taken goes on. Any thread.
/// </summary>
internal sealed partial class MemoryBudget : IHostedService, IDisposable
{
    /// <summary>When a refused caller should come again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private const double ShareOfMachine = 0.8, EnoughAgain = 0.95, ShareLeft = 0.04;
    private static readonly TimeSpan s_freshness = TimeSpan.FromMilliseconds(50), s_look = TimeSpan.FromSeconds(1), s_betweenTrims = TimeSpan.FromSeconds(10);

    private readonly MachineMemory _machine;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _reserve;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CallerShare> _shares = new(StringComparer.Ordinal);
    private readonly int _mostFrameBytes;
    private ITimer? _timer;
    private long _measuredAt, _trimmedAt, _own, _left, _taken, _inFlight, _refusals;
    private bool _isMeasured, _isTrimmed;
    private volatile bool _isShort;

    public MemoryBudget(AnomalyLineOptions options, MachineMemory machine, TimeProvider time, ILogger<MemoryBudget> logger)
    {
        (_machine, _time, _logger, _mostFrameBytes) = (machine, time, logger, options.MaxFrameBytes);
        Most = MostOf(options.Limits, machine);
        _reserve = (long)(machine.Limit * ShareLeft);
        MostInFlight = options.Limits.BytesInFlight is var set and > 0 ? set : Math.Max(2L * options.MaxFrameBytes, Most / 4);
    }

    /// <summary>What the server may take, bytes.</summary>
    public long Most { get; }

    /// <summary>Bytes of frames and messages that may be in flight in all.</summary>
    public long MostInFlight { get; }

    /// <summary>Bytes of frames and messages that are in flight.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Memory of the server that the budget counts, bytes.</summary>
    public long Used => _machine.Own;

    /// <summary>Frames and calls that were refused because memory was short.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>Whether new work is refused now.</summary>
    public bool IsShort => _isShort;

    /// <summary>Why, for people; empty where it is not.</summary>
    public string Fault => !_isShort ? "" : $"Memory is short: the server has {Mib(_own)} of {Mib(Most)} MiB (AnomalyLine:Limits:MemoryBytes), and {Mib(_left)} MiB are left to it and what runs beside it. "
        + "New frames and other work are refused. Give it more memory, fewer models or cameras, smaller frames, or less evidence (AnomalyLine:Line:EvidenceBytes).";

    /// <summary>How a call that would take memory is refused.</summary>
    public static LineError Refusal => new(
        LineErrorCode.MemoryShort, $"The server's memory is used up, so that it takes no new work; try again in {RetryAfter.TotalSeconds:0} s. Its health page and its log say more.");

    /// <summary>What the server may take by these options on this machine, bytes.</summary>
    public static long MostOf(LimitsOptions limits, MachineMemory machine) =>
        limits.MemoryBytes > 0 ? limits.MemoryBytes : machine.Limit is var limit and > 0 ? (long)(limit * ShareOfMachine) : long.MaxValue;

    /// <summary>What to do where the system gives too little for any server; null where it does not, or is not known.</summary>
    public static string? Lack(MachineMemory machine) => machine.Limit is > 0 and < LimitsOptions.LeastMemoryBytes and var limit
        ? $"This process may have {Mib(limit)} MiB of memory, but a server with one small model needs {Mib(LimitsOptions.LeastMemoryBytes)}; 2 GiB are a good beginning. "
        + "Raise the limit (MemoryMax in the unit of systemd, --memory of the container), or use a larger machine."
        : null;

    /// <summary>What one caller has in flight; the same for all of their streams.</summary>
    public CallerShare ShareOf(string caller)
    {
        lock (_gate)
        {
            if (_shares.TryGetValue(caller, out var share)) return share;

            // Names come from keys and sessions, which are bounded; what nobody uses goes all the same.
            foreach (var idle in _shares.Where(static pair => pair.Value.IsIdle).Select(static pair => pair.Key).ToList()) _shares.Remove(idle);
            _shares.Add(caller, share = new CallerShare(Math.Max(_mostFrameBytes, MostInFlight / 2)));
            return share;
        }
    }

    /// <summary>Takes room for bytes that a caller sends; false if there is none, which is counted.</summary>
    public bool TryEnter(long bytes)
    {
        if (Interlocked.Add(ref _inFlight, bytes) <= MostInFlight && !Measure(bytes)) return true;
        Interlocked.Add(ref _inFlight, -bytes);
        Refused();
        return false;
    }

    /// <summary>Gives room back.</summary>
    public void Exit(long bytes) => Interlocked.Add(ref _inFlight, -bytes);

    /// <summary>Whether memory is short, by a look at most 50 ms old and what was taken since.</summary>
    /// <param name="bytes">What is about to be taken.</param>
    public bool Measure(long bytes = 0)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (!_isMeasured || _time.GetElapsedTime(_measuredAt, now) >= s_freshness)
            {
                (_isMeasured, _measuredAt, _taken, _own, _left) = (true, now, 0, _machine.Own, _machine.Left);
            }

            var (own, left) = (_own + _taken + bytes, _left - _taken - bytes);

            // Short begins at the budget and ends a little below it, so that it does not come and go with each frame.
            var most = _isShort ? (long)(Most * EnoughAgain) : Most;
            var least = _isShort ? _reserve * 2 : _reserve;
            var isShort = own > most || left < least;
            if (!isShort) _taken += bytes;
            if (isShort != _isShort)
            {
                _isShort = isShort;
                var (used, budget, rest) = (Mib(_own), Mib(Most), Mib(_left));
                if (isShort) LogShort(_logger, used, budget, rest);
                else LogEnough(_logger, used, budget);
            }

            return isShort;
        }
    }

    /// <summary>Counts what was refused.</summary>
    public void Refused() => Interlocked.Increment(ref _refusals);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = _time.CreateTimer(static self => ((MemoryBudget)self!).Look(), this, s_look, s_look);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private static long Mib(long bytes) => bytes >> 20;

    /// <summary>Gives back what the pools, the garbage collector and the allocator keep for later: without that a server that was short once would stay so.</summary>
    private void Look()
    {
        if (!Measure()) return;
        lock (_gate)
        {
            if (_isTrimmed && _time.GetElapsedTime(_trimmedAt) < s_betweenTrims) return;
            (_isTrimmed, _trimmedAt) = (true, _time.GetTimestamp());
        }

        PooledArrays.Trim();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = TrimNative(0);
    }

    [LoggerMessage(EventId = 155, Level = LogLevel.Warning,
        Message = "Memory is short: the server has {Used} of {Budget} MiB, and {Left} MiB are left to it and what runs beside it; new work is refused until there is more")]
    private static partial void LogShort(ILogger logger, long used, long budget, long left);

    [LoggerMessage(EventId = 156, Level = LogLevel.Information, Message = "There is memory again: the server has {Used} of {Budget} MiB; new work is taken")]
    private static partial void LogEnough(ILogger logger, long used, long budget);

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TrimNative(nint keep);
}
