using System.Collections.Concurrent;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Inspection.Tests;

public sealed class FeedSeamTests
{
    [Fact]
    public async Task Watch_InspectionCommittedButNotYetPublished_ComesOnceWhenItIsPublished()
    {
        await using var folder = new TestLine();
        using var database = LogDatabase.Open(folder.Options);
        using var metrics = new LineMetrics();
        var station = new Station("a", firstSequence: 1, lastSequence: 0, StationSetup.New, DateTimeOffset.UnixEpoch);
        var stations = new ConcurrentDictionary<string, Station> { ["a"] = station };
        var log = new InspectionLog(database);
        var feed = new InspectionFeed(stations, new(), log, 0, 16, metrics, NullLogger.Instance);
        using var committed = new SemaphoreSlim(0);
        using var publish = new ManualResetEventSlim();
        using var writer = new LogWriter(database, 0, new Retention(database.Writer, folder.Options, () => [], TimeProvider.System), Publish, TimeProvider.System, metrics, NullLogger.Instance);

        var first = writer.WriteAsync(new LogEntry(station, Draft(), 0, 0));
        Assert.True(await committed.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        await using var seen = feed.Watch(new WatchRequest()).Value.GetAsyncEnumerator(TestLine.Cancellation);
        var next = seen.MoveNextAsync();

        // Replay is synchronous: had it given the inspection, its cursor would be ahead of the line now.
        Assert.False(next.IsCompleted);
        publish.Set();
        await first;
        await writer.WriteAsync(new LogEntry(station, Draft(), 0, 0));

        Assert.True(await next);
        Assert.Equal(1, seen.Current.Sequence);
        Assert.True(await seen.MoveNextAsync());
        Assert.Equal(2, seen.Current.Sequence);
        await writer.CloseAsync();
        log.Close();

        void Publish(ReadOnlySpan<LogEntry> entries)
        {
            committed.Release();
            publish.Wait();
            foreach (var entry in entries) entry.Station.Count(entry.Record);
            feed.Publish(entries);
        }
    }

    private static InspectionRecord Draft() => new()
    {
        Station = "a",
        PartId = "",
        Verdict = Verdict.Ok,
        ReasonCode = ReasonCode.WithinThreshold,
        ReasonText = "",
        CaptureTime = DateTimeOffset.UnixEpoch,
        CompletionTime = DateTimeOffset.UnixEpoch,
    };
}
