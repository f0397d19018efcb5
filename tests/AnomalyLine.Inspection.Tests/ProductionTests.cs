using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Production summed up from the log, with values worked out by hand.</summary>
public sealed class ProductionTests
{
    private static readonly DateTimeOffset s_six = new(2026, 11, 2, 6, 0, 0, TimeSpan.Zero);
    private static readonly ProductionQuery s_twoHours = new() { Slices = [Hour(0), Hour(1)] };
    private readonly FakeTimeProvider _time = new(s_six.AddHours(3));

    [Fact]
    public async Task SummarizeProduction_PartsInTwoHours_CountsVerdictsReasonsAndRunningTime()
    {
        await using var line = await StartAsync(
            // 06:00:00, 06:01:00, then a stop of 10 minutes; the last of the first hour is at 06:59:59.
            Row("s", 1, 0), Row("s", 2, 60, Verdict.NotOk), Row("s", 3, 660), Row("s", 4, 3599, Verdict.NotDecidable, ReasonCode.Overloaded),
            Row("s", 5, 3600), Row("s", 6, 3610, product: "b"), Row("t", 1, 10), Row("s", 7, 7200));

        var found = line.Line.Log.SummarizeProduction(s_twoHours);

        Assert.Equal(
            [
                new(0, "s", "", 2, 1, 1, TimeSpan.FromSeconds(60), 1),
                new(0, "t", "", 1, 0, 0, TimeSpan.Zero, 0),
                new(1, "s", "", 1, 0, 0, TimeSpan.FromSeconds(1), 1),
                new(1, "s", "b", 1, 0, 0, TimeSpan.FromSeconds(10), 1),
            ],
            found.Counts);
        Assert.Equal([new(ReasonCode.Overloaded, 1)], found.Reasons);
        Assert.Equal(0, found.Uncounted);
        Assert.Equal(["b"], line.Line.Log.SummarizeProduction(s_twoHours with { ProductId = "b" }).Counts.Select(count => count.ProductId));
        Assert.Equal(["t"], line.Line.Log.SummarizeProduction(s_twoHours with { Station = "t" }).Counts.Select(count => count.Station));
    }

    [Fact]
    public async Task SummarizeProduction_SlicesWithAGap_LeavesOutWhatLiesBetween()
    {
        await using var line = await StartAsync(Row("s", 1, 0), Row("s", 2, 3600), Row("s", 3, 7200));

        var found = line.Line.Log.SummarizeProduction(new() { Slices = [Hour(0), Hour(2)] });

        Assert.Equal([(0, 1L), (1, 1L)], found.Counts.Select(count => (count.Slice, count.Ok)));
    }

    [Theory]
    [InlineData(0.5f, 19)]
    [InlineData(0.50001f, 20)]
    [InlineData(0.024f, 0)]
    [InlineData(0.026f, 1)]
    [InlineData(-3f, 0)]
    [InlineData(1f, 39)]
    [InlineData(7f, 40)]
    public async Task SummarizeProduction_Score_IsInTheClassOfItsShareOfTheThreshold(float score, int place)
    {
        await using var line = await StartAsync(Row("s", 1, 0, score > 0.5f ? Verdict.NotOk : Verdict.Ok, score: score), Row("s", 2, 1, Verdict.NotDecidable, ReasonCode.InvalidFrame));

        var found = line.Line.Log.SummarizeProduction(s_twoHours);

        Assert.Equal([(place, 1L)], found.Scores.Index().Where(scores => scores.Item > 0));
    }

    [Fact]
    public async Task SummarizeProduction_Rejects_AreWhereTheirStrongestRegionIs()
    {
        // The frame is 160 x 160: cells of 10 pixels. The centre of the first one is at (35, 5), of the second at (160, 160) beyond the edge.
        await using var line = await StartAsync(
            Row("s", 1, 0, Verdict.NotOk, regions: [new(30, 0, 10, 10, 50, 9), new(100, 100, 4, 4, 9, 8)]),
            Row("s", 2, 1, Verdict.NotOk, regions: [new(159, 159, 2, 2, 4, 9)]),
            Row("s", 3, 2, Verdict.NotOk), Row("s", 4, 3, Verdict.Ok, regions: [new(0, 0, 2, 2, 4, 1)]));

        var found = line.Line.Log.SummarizeProduction(s_twoHours);

        Assert.Equal([(3, 1L), (255, 1L)], found.Places.Index().Where(place => place.Item > 0));
    }

    [Fact]
    public async Task SummarizeProduction_CountedAndOpenedAgain_GivesTheSameEvenWithoutTheInspections()
    {
        await using var line = await StartAsync([.. Enumerable.Range(1, 5_000).Select(i => Row("s", i, i, i % 100 == 0 ? Verdict.NotOk : Verdict.Ok))]);
        var before = line.Line.Log.SummarizeProduction(s_twoHours);
        Assert.Equal([(0, 3_564L, 35L), (1, 1_386L, 15L)], before.Counts.Select(count => (count.Slice, count.Ok, count.NotOk)));

        await CountAsync(line);
        Assert.Equal(before.Counts, line.Line.Log.SummarizeProduction(s_twoHours).Counts);
        Assert.Equal(before.Scores, line.Line.Log.SummarizeProduction(s_twoHours).Scores);

        await line.Line.DisposeAsync();
        line.RunSql("DELETE FROM inspections WHERE sequence < 5000");
        await line.OpenAsync();
        Assert.Equal(before.Counts, line.Line.Log.SummarizeProduction(s_twoHours).Counts);
    }

    [Fact]
    public async Task SummarizeProduction_PartJustAnswered_IsIn()
    {
        await using var line = await new TestLine(_time).OpenAsync("s");
        await line.InspectAsync("s", 10);
        await line.InspectAsync("s", 200);

        var counts = line.Line.Log.SummarizeProduction(new() { Slices = [Hour(3)] }).Counts;

        Assert.Equal([(1L, 1L)], counts.Select(count => (count.Ok, count.NotOk)));
    }

    [Fact]
    public async Task Count_OlderThanKept_Goes()
    {
        await using var line = await StartAsync(Row("s", 1, 0));
        await CountAsync(line);
        _time.Advance(ProductionSummary.Kept);
        await line.InspectAsync("s", 10);
        await CountAsync(line);

        Assert.Empty(line.Line.Log.SummarizeProduction(s_twoHours).Counts);
    }

    [Fact(Explicit = true)]
    public async Task SummarizeProduction_MillionInspections_Milliseconds()
    {
        await using var line = await StartAsync(Row("s", 1, 0, Verdict.NotOk, regions: [new(30, 0, 10, 10, 50, 9)]));
        await line.Line.DisposeAsync();
        line.RunSql("""
            WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000)
            INSERT INTO inspections SELECT x, 's' || (x % 30), x / 30, 'part-' || x, 1 + (x % 100 = 0), 1 + (x % 100 = 0), '', 0.05 * (x % 9) + 0.4 * (x % 100 = 0), threshold, regions, model_version,
              recipe_revision, capture_ticks, completion_ticks + x * 20000000, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, decode_ms,
              forward_ms, capture_uncertain, NULL FROM inspections, n WHERE station = 's' AND sequence = 1;
            INSERT OR IGNORE INTO stations (name, creation_ticks) SELECT DISTINCT station, 1 FROM inspections
            """);
        await line.OpenAsync();
        var start = Stopwatch.GetTimestamp();
        await CountAsync(line);
        TestContext.Current.TestOutputHelper?.WriteLine($"counted in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        var days = new ProductionQuery { Slices = [.. Enumerable.Range(0, 24).Select(day => new TimeSlice(s_six.AddDays(day), s_six.AddDays(day + 1)))] };
        foreach (var query in new[] { days, days with { Station = "s3" }, days with { Slices = [days.Slices[^1]] } })
        {
            line.Line.Log.SummarizeProduction(query);
            start = Stopwatch.GetTimestamp();
            var found = line.Line.Log.SummarizeProduction(query);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{query.Slices.Count} days, {query.Station ?? "all"}: {found.Counts.Sum(count => count.Ok + count.NotOk)} parts in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
        }
    }

    private static TimeSlice Hour(int number) => new(s_six.AddHours(number), s_six.AddHours(number + 1));

    private async Task<TestLine> StartAsync(params string[] rows)
    {
        var line = await new TestLine(_time).OpenAsync("s", "t");
        await line.Line.DisposeAsync();
        line.RunSql($"BEGIN; {string.Join(';', rows)}; COMMIT");
        return await line.OpenAsync();
    }

    /// <summary>Lets the counter count, and waits until it has.</summary>
    private async Task CountAsync(TestLine line)
    {
        var wanted = line.Line.Log.Read(reader => reader.ReadForward(0, long.MaxValue, int.MaxValue, (_, _) => false)).LastPosition;
        _time.Advance(TimeSpan.FromSeconds(10));
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={line.DatabasePath};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync(TestLine.Cancellation);
        Assert.True(SpinWait.SpinUntil(() => ProductionTable.ReadPosition(connection) == wanted, TimeSpan.FromMinutes(5)));
    }

    private static string Row(
        string station, int sequence, int second, Verdict verdict = Verdict.Ok, ReasonCode reason = ReasonCode.WithinThreshold, string product = "", float score = 0.1f, params DefectRegion[] regions)
    {
        var ticks = s_six.AddSeconds(second).UtcTicks;
        return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO inspections (station, sequence, part_id, verdict, reason_code, reason_text, score, threshold, regions, model_version, recipe_revision, capture_ticks, completion_ticks,
              prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id)
            VALUES ('{station}', {sequence}, '', {(int)verdict}, {(int)reason}, '', {(double)score}, 0.5, x'{Convert.ToHexString(RegionBlob.Write(regions))}', 'm-0', 1, {ticks}, {ticks},
              1, 1, 1, 1, 1, 5, 1, 160, 160, '{product}')
            """);
    }
}
