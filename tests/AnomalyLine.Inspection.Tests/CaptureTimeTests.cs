using AnomalyLine.Imaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Cameras whose clock is wrong.</summary>
public sealed class CaptureTimeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(5, false)]
    [InlineData(5.001, true)]
    [InlineData(-3600, false)]
    [InlineData(-3600.001, true)]
    public async Task InspectAsync_CaptureTimeFarFromTheClock_IsMarkedShownAndKept(double seconds, bool isUncertain)
    {
        await using var line = await new TestLine(new FakeTimeProvider(s_now)).OpenAsync("s");

        var record = await InspectAsync(line, s_now.AddSeconds(seconds));

        Assert.Equal(isUncertain, record.IsCaptureTimeUncertain);
        Assert.Equal(isUncertain, line.Line.Log.Get("s", 1).Value.IsCaptureTimeUncertain);
        Assert.Equal(isUncertain ? TimeSpan.FromSeconds(seconds) : null, line.Line.GetStation("s").Value.CaptureTimeOffset);
    }

    [Fact]
    public async Task InspectAsync_CaptureTimeOfTheYear9999_IsMarkedAndForgottenWithTheNextRightOne()
    {
        await using var line = await new TestLine(new FakeTimeProvider(s_now)).OpenAsync("s");

        Assert.True((await InspectAsync(line, DateTimeOffset.MaxValue)).IsCaptureTimeUncertain);
        Assert.True((await InspectAsync(line, DateTimeOffset.MinValue)).IsCaptureTimeUncertain);
        Assert.False((await InspectAsync(line, s_now)).IsCaptureTimeUncertain);
        Assert.Null(line.Line.GetStation("s").Value.CaptureTimeOffset);
    }

    [Fact]
    public async Task InspectAsync_WrongClockForManyFrames_IsToldOnceAStation()
    {
        var told = new List<string>();
        await using var line = await new TestLine(new FakeTimeProvider(s_now)) { Loggers = new ListLogger(told) }.OpenAsync("s", "t");

        for (var i = 0; i < 3; i++)
        {
            await InspectAsync(line, s_now.AddDays(1));
            await InspectAsync(line, s_now);
        }

        await InspectAsync(line, s_now.AddDays(-1), "t");

        Assert.Equal([86400, -86400], told.Select(text => int.Parse(text.Split(", ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<InspectionRecord> InspectAsync(TestLine line, DateTimeOffset captured, string station = "s")
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, new byte[256], captured, out var frame, out _));
        var inspecting = line.Line.InspectAsync(new InspectionRequest(station, "p", frame), CancellationToken.None);
        return (await inspecting.WaitAsync(TestLine.Patience, TestLine.Cancellation)).Value;
    }

    private sealed class ListLogger(List<string> told) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 19) told.Add(formatter(state, exception));
        }
    }
}
