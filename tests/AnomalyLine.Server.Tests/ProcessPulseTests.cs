using AnomalyLine.Server.Grpc;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests;

public sealed class ProcessPulseTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Arrival_ProcessRuns_IsNow()
    {
        using var pulse = new ProcessPulse(_time);
        for (var i = 0; i < 100; i++) _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(_time.GetTimestamp(), pulse.Arrival());
    }

    [Fact]
    public void Arrival_ProcessStoodStill_IsTheLastSignOfLifeForASecond()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();

        still.Stand(TimeSpan.FromSeconds(45));
        Assert.Equal(before, pulse.Arrival());
        still.Stand(TimeSpan.FromMilliseconds(200));
        Assert.Equal(before, pulse.Arrival());
        for (var i = 0; i < 4; i++)
        {
            still.Stand(TimeSpan.FromMilliseconds(200));
            _ = pulse.Arrival();
        }

        Assert.Equal(still.GetTimestamp(), pulse.Arrival());
    }

    [Fact]
    public void Arrival_TheTimerBeatsBeforeTheFirstFrameIsRead_IsStillTheLastSignOfLife()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();
        still.Stand(TimeSpan.FromSeconds(45));
        still.Fire();
        Assert.Equal(before, pulse.Arrival());
    }

    /// <summary>A clock whose timers fire only when they are told to, as after SIGCONT.</summary>
    private sealed class StoppedTime : TimeProvider, IDisposable
    {
        private long _now = 1;
        private Action? _fire;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Stand(TimeSpan time) => _now += time.Ticks;

        public void Fire() => _fire?.Invoke();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return TimeProvider.System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Dispose() => _fire = null;
    }
}
