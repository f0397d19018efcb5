using AnomalyLine.Server.Grpc;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests;

public sealed class ProcessPulseTests
{
    private readonly FakeTimeProvider _time = new();

    private long _caughtUp;

    [Fact]
    public void Arrival_ProcessRuns_IsNow()
    {
        using var pulse = new ProcessPulse(_time);
        for (var i = 0; i < 100; i++) _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(_time.GetTimestamp(), Arrival(pulse, _time.GetTimestamp()));
    }

    [Fact]
    public void Arrival_ProcessStoodStillAndTheStreamNeverRunsDry_IsTheLastSignOfLifeForASecond()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();

        still.Stand(TimeSpan.FromSeconds(45));
        Assert.Equal(before, Arrival(pulse, before));
        for (var i = 0; i < 4; i++)
        {
            still.Stand(TimeSpan.FromMilliseconds(200));
            Assert.Equal(before, Arrival(pulse, still.GetTimestamp()));
        }

        still.Stand(TimeSpan.FromMilliseconds(200));
        Assert.Equal(still.GetTimestamp(), Arrival(pulse, still.GetTimestamp()));
    }

    [Fact]
    public void Arrival_TheTimerBeatsBeforeTheFirstFrameIsRead_IsStillTheLastSignOfLife()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();
        still.Stand(TimeSpan.FromSeconds(45));
        still.Fire();
        Assert.Equal(before, Arrival(pulse, before));
    }

    [Fact]
    public void Arrival_StreamHadNothingToReadWhileTheProcessWasAliveAgain_IsNow()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();
        Alive(still, TimeSpan.FromMilliseconds(0));
        still.Stand(TimeSpan.FromMilliseconds(300));
        Assert.Equal(before, Arrival(pulse, before));
        var asked = still.GetTimestamp();

        Alive(still, ProcessPulse.Delivery);
        still.Stand(TimeSpan.FromMilliseconds(10));

        Assert.Equal(still.GetTimestamp(), Arrival(pulse, asked));
        still.Stand(TimeSpan.FromMilliseconds(1));
        Assert.Equal(still.GetTimestamp(), Arrival(pulse, still.GetTimestamp()));
    }

    [Fact]
    public void Arrival_StreamAsksOnlyAfterTheProcessWasAliveAgain_IsTheLastSignOfLife()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();
        still.Stand(TimeSpan.FromMilliseconds(600));
        Alive(still, TimeSpan.FromMilliseconds(500));

        // Nobody read meanwhile: the frame may have waited for all that time.
        still.Stand(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before, Arrival(pulse, still.GetTimestamp()));
    }

    [Fact]
    public void Arrival_StoodStillTwiceWithHardlyASignOfLifeBetween_IsTheFirstTime()
    {
        using var still = new StoppedTime();
        using var pulse = new ProcessPulse(still);
        var before = still.GetTimestamp();
        still.Stand(TimeSpan.FromMilliseconds(600));
        Alive(still, TimeSpan.FromMilliseconds(50));
        still.Stand(TimeSpan.FromMilliseconds(600));
        Assert.Equal(before, Arrival(pulse, before));
    }

    private static void Alive(StoppedTime still, TimeSpan time)
    {
        still.Fire();
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(50))
        {
            still.Stand(TimeSpan.FromMilliseconds(50));
            still.Fire();
        }
    }

    private long Arrival(ProcessPulse pulse, long asked) => pulse.Arrival(pulse.Read(), asked, ref _caughtUp);

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
