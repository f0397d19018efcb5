namespace AnomalyLine.Server.Grpc;

/// <summary>
/// Notices that the process stood still (SIGSTOP, a debugger, a machine that swaps): a frame that is read just after may have waited in the
/// meantime, so it counts as arrived at the last sign of life.
/// A fresh one may then be refused too; an old one is never judged as fresh. Any thread.
/// </summary>
internal sealed class ProcessPulse : IDisposable
{
    /// <summary>Longest time between two beats that is not a standstill: 250 ms.</summary>
    public static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(250);

    /// <summary>How long after a standstill what is read may still have waited: 1 s.</summary>
    public static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(50);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _last;
    private (long From, long Until)? _stood;

    /// <summary>Starts the beat.</summary>
    public ProcessPulse(TimeProvider time)
    {
        _time = time;
        _last = time.GetTimestamp();
        _timer = time.CreateTimer(static pulse => ((ProcessPulse)pulse!).Beat(), this, s_beat, s_beat);
    }

    /// <summary>Timestamp of the arrival of what is read now: now, or the earliest that it can have been.</summary>
    public long Arrival()
    {
        lock (_gate)
        {
            var now = Beat();
            return _stood is { } stood && _time.GetElapsedTime(stood.Until, now) < Aftermath ? stood.From : now;
        }
    }

    public void Dispose() => _timer.Dispose();

    private long Beat()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_last, now) > Standstill) _stood = (_last, now);
            return _last = now;
        }
    }
}
