namespace AnomalyLine.Inspection.Tests;

public sealed class ObserverTests
{
    [Fact]
    public async Task InspectAsync_AnObserverThrows_FramesGoOnAndItIsTakenOff()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var (failed, seen) = (0, 0);
        line.Line.Evidence.Observe("The clumsy guest", _ => ++failed > 0 ? throw new InvalidOperationException("oh no") : false);
        line.Line.Evidence.Observe("The good guest", _ => ++seen < 0);
        var watch = line.Line.Feed.Watch(new WatchRequest()).Value.GetAsyncEnumerator(TestLine.Cancellation);

        for (var i = 1; i <= 15; i++)
        {
            Assert.Equal((Verdict.Ok, (long)i), await InspectAsync(line));
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TestLine.Patience, TestLine.Cancellation));
            Assert.Equal(i, watch.Current.Sequence);
        }

        Assert.Equal((10, 15), (failed, seen));
        Assert.Contains("oh no", Assert.Single(line.Line.Evidence.Faults), StringComparison.Ordinal);
        Assert.Equal((1, 1), (line.Messages.CountOf("ObserverFailed"), line.Messages.CountOf("ObserverTakenOff")));
        Assert.Equal(15, line.ReadAll("s").Count);
    }

    [Fact]
    public async Task InspectAsync_AnObserverThrowsNowAndThen_IsLoggedOnceAndStays()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var calls = 0;
        line.Line.Evidence.Observe("The clumsy guest", _ => ++calls % 2 == 0 ? throw new InvalidOperationException("oh no") : false);

        for (var i = 1; i <= 40; i++) await InspectAsync(line);

        Assert.Equal(40, calls);
        Assert.Empty(line.Line.Evidence.Faults);
        Assert.Equal((1, 0), (line.Messages.CountOf("ObserverFailed"), line.Messages.CountOf("ObserverTakenOff")));
    }

    private static async Task<(Verdict Verdict, long Sequence)> InspectAsync(TestLine line)
    {
        var record = await line.InspectAsync("s", 1);
        return (record.Verdict, record.Sequence);
    }
}
