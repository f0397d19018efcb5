namespace AnomalyLine.Server.Grpc;

/// <summary>
/// Notices that the process stood still (SIGSTOP, a debugger, a machine that swaps or has far too much to do): a frame that is read just after may have waited meanwhile, so it counts as arrived at the
/// last sign of life. That ends for each stream as soon as the stream has nothing to read while the process is alive again: what comes then is fresh. An old frame is never judged as fresh. Any thread.
/// </summary>
internal sealed class ProcessPulse : IDisposable
{
    /// <summary>Longest time between two beats that is not a standstill: 250 ms.</summary>
    public static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(250);

    /// <summary>How long after a standstill what is read may still have waited, on a stream that never ran dry: 1 s.</summary>
    public static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);

    /// <summary>How long after a standstill bytes that waited may take from the system to a stream: 150 ms, three beats.</summary>
    public static readonly TimeSpan Delivery = TimeSpan.FromMilliseconds(150);

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

    /// <summary>To be called when something was read.</summary>
    public ReadTime Read()
    {
        lock (_gate)
        {
            var beat = _last;
            var now = Beat();
            return new ReadTime(now, beat, _stood is { } stood && _time.GetElapsedTime(stood.Until, now) < Aftermath ? stood : null);
        }
    }

    /// <summary>Timestamp of the arrival of what a stream read: when it was read, or the earliest that it can have been.</summary>
    /// <param name="read">When it was read.</param>
    /// <param name="asked">Timestamp from which on the stream waited for it.</param>
    /// <param name="caughtUp">The end of the latest standstill behind which the stream ran dry; one variable for each stream, 0 at first.</param>
    public long Arrival(ReadTime read, long asked, ref long caughtUp)
    {
        if (read.Stood is not { } stood || stood.Until == caughtUp) return read.Now;
        if (asked > read.Beat || _time.GetElapsedTime(stood.Until, read.Beat) < Delivery) return stood.From;
        caughtUp = stood.Until;
        return read.Now;
    }

    public void Dispose() => _timer.Dispose();

    private long Beat()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_last, now) > Standstill)
                _stood = (_stood is { } before && _time.GetElapsedTime(before.Until, _last) < Delivery ? before.From : _last, now);
            return _last = now;
        }
    }
}

/// <summary>When something was read, and what was known of the process then.</summary>
/// <param name="Now">Timestamp.</param>
/// <param name="Beat">Timestamp of the last sign of life before it.</param>
/// <param name="Stood">From when until when the process stood still; null where that is long ago.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct ReadTime(long Now, long Beat, (long From, long Until)? Stood);
