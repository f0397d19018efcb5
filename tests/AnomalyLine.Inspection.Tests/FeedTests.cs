namespace AnomalyLine.Inspection.Tests;

public sealed class FeedTests
{
    private static readonly string[] Both = ["a", "b"];

    [Fact]
    public async Task Watch_CursorsAndTail_ReplaysInLogOrderThenGoesOnLive()
    {
        await using var line = await new TestLine().OpenAsync(Both);
        foreach (var station in "abaabb") await line.InspectAsync(station.ToString(), 1);
        var watch = line.Line.Feed.Watch(new WatchRequest { Cursors = new Dictionary<string, long> { ["a"] = 1 }, Tail = 2 }).Value;
        await using var seen = watch.GetAsyncEnumerator(TestLine.Cancellation);

        // Log: a1 b1 a2 a3 b2 b3; after a1, and the last two of b.
        Assert.Equal(["a2", "a3", "b2", "b3"], await TakeAsync(seen, 4));
        var next = seen.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await line.InspectAsync("b", 1);
        Assert.True(await next);
        Assert.Equal("b4", Name(seen.Current));
        await line.Line.CreateStationAsync("c", TestLine.Cancellation);
        await line.InspectAsync("c", 1);
        Assert.Equal(["c1"], await TakeAsync(seen, 1));
    }

    [Fact]
    public async Task Watch_Stations_GivesOnlyTheirs()
    {
        await using var line = await new TestLine().OpenAsync(Both);
        await using var seen = line.Line.Feed.Watch(new WatchRequest { Stations = ["b"], Tail = 10 }).Value.GetAsyncEnumerator(TestLine.Cancellation);
        foreach (var station in "abab") await line.InspectAsync(station.ToString(), 1);
        Assert.Equal(["b1", "b2"], await TakeAsync(seen, 2));
    }

    [Fact]
    public async Task Watch_RequestThatCannotBe_IsAnError()
    {
        await using var line = await new TestLine().OpenAsync("a");
        await line.InspectAsync("a", 1);
        Assert.Equal(LineErrorCode.CursorAhead, Watch("a", 2).Error?.Code);
        Assert.Equal(LineErrorCode.CursorAhead, Watch("z", 1).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidWatch, Watch("a", -1).Error?.Code);
        Assert.Null(Watch("a", 1).Error);
        Assert.Equal(LineErrorCode.StationNotFound, line.Line.Feed.Watch(new WatchRequest { Stations = ["z"] }).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidWatch, line.Line.Feed.Watch(new WatchRequest { Tail = 100_001 }).Error?.Code);

        Outcome<IAsyncEnumerable<InspectionRecord>> Watch(string station, long cursor)
            => line.Line.Feed.Watch(new WatchRequest { Cursors = new Dictionary<string, long> { [station] = cursor } });
    }

    [Fact]
    public async Task Watch_SubscriberDoesNotRead_IsCutOffAndResumesWithoutALoss()
    {
        await using var line = new TestLine();
        line.Options.SubscriberCapacity = 4;
        await line.OpenAsync("a");
        await using var seen = line.Line.Feed.Watch(new WatchRequest()).Value.GetAsyncEnumerator(TestLine.Cancellation);
        var first = seen.MoveNextAsync();
        for (var i = 0; i < 10; i++) await line.InspectAsync("a", 1);
        Assert.True(await first);

        var got = 1;
        await Assert.ThrowsAsync<SubscriberTooSlowException>(async () =>
        {
            for (; await seen.MoveNextAsync(); got++) Assert.Equal(got + 1, seen.Current.Sequence);
        });

        Assert.InRange(got, 4, 5);
        var again = line.Line.Feed.Watch(new WatchRequest { Cursors = new Dictionary<string, long> { ["a"] = got } }).Value;
        await using var resumed = again.GetAsyncEnumerator(TestLine.Cancellation);
        Assert.Equal(Enumerable.Range(got + 1, 10 - got).Select(i => $"a{i}"), await TakeAsync(resumed, 10 - got));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Watch_ResumedAgainAndAgainWhilePublishing_HasNoGapAndNoDuplicate(int seed)
    {
        const int Frames = 600;
        await using var line = new TestLine();
        line.Options.LogDurability = LogDurability.Normal;
        await line.OpenAsync(Both);
        var random = new Random(seed);
        var watching = Task.Run(async () =>
        {
            var seen = new List<InspectionRecord>();
            var cursors = Both.ToDictionary(s => s, _ => 0L);
            while (seen.Count < 2 * Frames)
            {
                var most = random.Next(1, 60);
                await foreach (var record in line.Line.Feed.Watch(new WatchRequest { Cursors = cursors }).Value.WithCancellation(TestLine.Cancellation))
                {
                    seen.Add(record);
                    cursors[record.Station] = record.Sequence;
                    if (--most == 0 || seen.Count == 2 * Frames) break;
                }
            }

            return seen;
        });
        await Task.WhenAll(Both.Select(async station =>
        {
            for (var i = 0; i < Frames; i++) await line.InspectAsync(station, 1);
        }));

        var positions = (await watching.WaitAsync(TestLine.Patience, TestLine.Cancellation)).Select(r => r.Position);
        Assert.Equal(Enumerable.Range(1, 2 * Frames).Select(i => (long)i), positions);
    }

    [Fact]
    public async Task Watch_LineStops_EndsAfterTheLastInspection()
    {
        await using var line = await new TestLine().OpenAsync("a");
        var watch = line.Line.Feed.Watch(new WatchRequest()).Value;
        await using var seen = watch.GetAsyncEnumerator(TestLine.Cancellation);
        var first = seen.MoveNextAsync();
        await line.InspectAsync("a", 1);
        await line.Line.DisposeAsync();
        Assert.True(await first);
        Assert.False(await seen.MoveNextAsync());
        await foreach (var record in watch.WithCancellation(TestLine.Cancellation)) Assert.Fail($"{Name(record)} after the end");
    }

    private static string Name(InspectionRecord record) => $"{record.Station}{record.Sequence}";

    private static async Task<List<string>> TakeAsync(IAsyncEnumerator<InspectionRecord> records, int count)
    {
        var names = new List<string>();
        while (names.Count < count && await records.MoveNextAsync().AsTask().WaitAsync(TestLine.Patience, TestLine.Cancellation)) names.Add(Name(records.Current));
        return names;
    }
}
