using System.Collections.Concurrent;
using System.Threading.Channels;
using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Cameras;

/// <summary>A camera of a camera program, from its first status on. Any thread.</summary>
/// <param name="first">Its first status.</param>
/// <param name="time">The clock.</param>
internal sealed class AttachedCamera(CameraReport first, TimeProvider time)
{
    /// <summary>Triggers without a result that a camera may have; more are refused.</summary>
    public const int MostTriggers = 16;

    /// <summary>How long a camera may take to answer a trigger: less than the gateway waits for the server.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A status comes every second; none for so long says that something hangs.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(5);

    private readonly Channel<ulong> _asked = Channel.CreateUnbounded<ulong>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<string?>> _results = new();
    private volatile CameraReport _report = first;
    private volatile bool _isGone;
    private ulong _lastTrigger;
    private int _waiting;

    /// <summary>Its newest status.</summary>
    public CameraReport Report => _report;

    /// <summary>When it was attached.</summary>
    public DateTimeOffset Since { get; } = first.Time;

    /// <summary>Whether its program is connected.</summary>
    public bool IsAttached => !_isGone;

    /// <summary>Whether it gives frames.</summary>
    public CameraState StateAt(DateTimeOffset now)
    {
        var report = _report;
        return _isGone ? CameraState.Gone : now - report.Time > s_silence ? CameraState.Silent : report.Fault.Length > 0 ? CameraState.Faulty : CameraState.Well;
    }

    /// <summary>The triggers to hand to the program, by their numbers; ends when the camera is gone.</summary>
    public IAsyncEnumerable<ulong> Asked(CancellationToken cancel) => _asked.Reader.ReadAllAsync(cancel);

    /// <summary>Another status came.</summary>
    public void Update(CameraReport report) => _report = report;

    /// <summary>The program says what came of a trigger; one that nobody waits for any more is passed over.</summary>
    /// <param name="trigger">The trigger's number.</param>
    /// <param name="refusal">Why the camera did not take it; null where it did.</param>
    public void Answer(ulong trigger, string? refusal)
    {
        if (_results.TryGetValue(trigger, out var result)) result.TrySetResult(refusal);
    }

    /// <summary>Its program is gone: triggers without a result stay without one.</summary>
    public void Leave()
    {
        _isGone = true;
        _asked.Writer.TryComplete();
        foreach (var result in _results.Values) result.TrySetCanceled();
    }

    /// <summary>Has it take a frame.</summary>
    /// <returns>This camera, once it has taken the trigger.</returns>
    public async Task<Outcome<AttachedCamera>> TriggerAsync(CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _waiting) > MostTriggers)
        {
            Interlocked.Decrement(ref _waiting);
            return Refused($"has {MostTriggers} triggers without a result; trigger more slowly");
        }

        var trigger = Interlocked.Increment(ref _lastTrigger);
        var result = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _results[trigger] = result;
        try
        {
            if (!_asked.Writer.TryWrite(trigger)) return Silent("its program has just disconnected");
            return await result.Task.WaitAsync(Patience, time, cancel) is { } refusal ? Refused(refusal) : new Outcome<AttachedCamera>(this);
        }
        catch (TimeoutException)
        {
            return Silent($"it did not answer within {Patience.TotalSeconds:0} s");
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Silent("its program disconnected before it answered");
        }
        finally
        {
            _results.TryRemove(trigger, out _);
            Interlocked.Decrement(ref _waiting);
        }
    }

    private LineError Refused(string why) => new(LineErrorCode.TriggerRefused, $"Camera '{Report.Name}' of station '{Report.Station}' {why}.");

    private LineError Silent(string why) =>
        new(LineErrorCode.CameraSilent, $"Whether camera '{Report.Name}' of station '{Report.Station}' took the trigger is not known: {why}. See whether a frame comes before you trigger again.");
}
