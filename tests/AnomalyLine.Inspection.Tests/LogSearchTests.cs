namespace AnomalyLine.Inspection.Tests;

public sealed class LogSearchTests
{
    [Fact]
    public async Task Find_EachCondition_GivesWhatMeetsItNewestFirst()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");

        // Scores 0.04, 0.2, 0.47, 0.53, 0.78 against a threshold of 0.5; 255 makes the detector fail.
        foreach (var (number, grey) in new[] { 10, 50, 120, 135, 200, 255 }.Index()) await line.InspectAsync("s", grey, $"Box_{number}%");
        await line.InspectAsync("t", 200, "box_0");

        Assert.Equal([6, 5, 4, 3, 2, 1], Find(new() { Station = "s" }));
        Assert.Equal([5, 4], Find(new() { Station = "s", Verdicts = [Verdict.NotOk] }));
        Assert.Equal([6, 5, 4], Find(new() { Station = "s", Verdicts = [Verdict.NotOk, Verdict.NotDecidable] }));
        Assert.Equal([4, 3], Find(new() { Station = "s", NearThreshold = 0.1 }));
        Assert.Equal([4], Find(new() { Station = "s", NearThreshold = 0.1, Verdicts = [Verdict.NotOk] }));
        Assert.Equal([3], Find(new() { Station = "s", PartId = "BOX_2%" }));
        Assert.Empty(Find(new() { Station = "s", PartId = "bo%2" }));
        Assert.Equal([2, 1], Find(new() { Station = "s", BeforeSequence = 3 }));
        Assert.Equal([6, 5, 4, 3, 2, 1], Find(new() { Station = "s", From = DateTimeOffset.UnixEpoch }));
        Assert.Empty(Find(new() { Station = "s", Until = DateTimeOffset.UnixEpoch }));
        Assert.Empty(Find(new() { Station = "unknown" }));

        IEnumerable<long> Find(LogSearch search) => line.Line.Log.Find(search, 100).Records.Select(r => r.Sequence);
    }

    [Fact]
    public async Task Find_PageByPage_GivesEachOnceAndEnds()
    {
        await using var line = await new TestLine().OpenAsync("s");
        for (var i = 0; i < 7; i++) await line.InspectAsync("s", i % 2 == 0 ? 200 : 10);
        var pages = new List<long[]>();
        for (long? before = long.MaxValue; before is { } from;)
        {
            var found = line.Line.Log.Find(new LogSearch { Station = "s", Verdicts = [Verdict.NotOk], BeforeSequence = from }, 2);
            pages.Add([.. found.Records.Select(r => r.Sequence)]);
            before = found.Next;
        }

        Assert.Equal([[7, 5], [3, 1]], pages);
    }

    [Fact]
    public async Task Find_RarerThanItLooksAt_SaysWhereToGoOn()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 200, "rare");
        line.RunSql($"""
            WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x <= {LogSearch.MaxLookedAt + 5})
            INSERT INTO inspections SELECT position + x, station, x, 'common', 1, 1, '', 0, threshold, regions, model_version, recipe_revision, capture_ticks, completion_ticks,
              prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, decode_ms, forward_ms, 0, NULL FROM inspections, n WHERE sequence = 1
            """);
        var search = new LogSearch { Station = "s", PartId = "rare" };
        var first = line.Line.Log.Find(search, 10);
        Assert.Empty(first.Records);
        var second = line.Line.Log.Find(search with { BeforeSequence = Assert.NotNull(first.Next) }, 10);
        Assert.Equal([1L], second.Records.Select(r => r.Sequence));
        Assert.Null(second.Next);
    }
}
