namespace AnomalyLine.Camera.GenICam;

/// <summary>
/// Maps a camera's clock to this machine's. Each frame comes late by the time of its way, which is never below some least one: the least difference of the two clocks within the last minute is the offset, so that
/// what a busy machine adds to a frame's way does not get into its capture time. Two windows of half a minute follow the drift of the camera's quartz (50 ppm: 3 ms a minute).
/// </summary>
/// <param name="isSynchronised">Whether the camera has the time of day (PTP): its times are taken as they are.</param>
internal sealed class CaptureClock(bool isSynchronised)
{
    private const long WindowNanoseconds = 30_000_000_000;
    private long _windowStart = long.MinValue, _current = long.MaxValue, _previous = long.MaxValue;

    /// <summary>How far the last frame's arrival was from its capture time, nanoseconds: what the mapping took out, a bound of its error beside the least way.</summary>
    public long LastDelayNanoseconds { get; private set; }

    /// <summary>When a frame was exposed, nanoseconds since 1970 (UTC).</summary>
    /// <param name="device">The camera's time; 0 where it has none.</param>
    /// <param name="arrival">This machine's time when the frame began to arrive, nanoseconds since 1970 (UTC).</param>
    public long Capture(ulong device, long arrival)
    {
        if (device is 0 or > long.MaxValue) return arrival;
        var camera = (long)device;
        if (isSynchronised)
        {
            LastDelayNanoseconds = arrival - camera;
            return camera;
        }

        if (_windowStart == long.MinValue || camera - _windowStart > WindowNanoseconds || camera < _windowStart)
        {
            // A clock that goes back was set, or the camera started anew: what was known of it is worth nothing.
            _previous = camera < _windowStart ? long.MaxValue : _current;
            (_windowStart, _current) = (camera, long.MaxValue);
        }

        _current = Math.Min(_current, arrival - camera);
        var capture = camera + Math.Min(_current, _previous);
        LastDelayNanoseconds = arrival - capture;
        return capture;
    }
}
