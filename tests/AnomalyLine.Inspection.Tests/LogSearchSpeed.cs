using System.Diagnostics;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Measures pages of a log of a million inspections.</summary>
public sealed class LogSearchSpeed
{
    [Fact(Explicit = true)]
    public async Task Find_MillionInspections_MillisecondsAPage()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 10, "first");
        line.RunSql("""
            WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000)
            INSERT INTO inspections SELECT position + x, station, x, 'part-' || x, 1 + (x % 100 = 0), 1 + (x % 100 = 0), '', 0.3 + 0.4 * (x % 100 = 0), threshold, regions, model_version,
              recipe_revision, capture_ticks, completion_ticks, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, decode_ms,
              forward_ms, capture_uncertain, NULL FROM inspections, n WHERE sequence = 1
            """);
        foreach (var (name, search) in new (string, LogSearch)[]
        {
            ("newest", new() { Station = "s" }), ("half way", new() { Station = "s", BeforeSequence = 500_000 }), ("not OK", new() { Station = "s", Verdicts = [Verdict.NotOk] }),
            ("by score", new() { Station = "s", MinScore = 0.6f }), ("a part that is not there", new() { Station = "s", PartId = "none" }),
        })
        {
            line.Line.Log.Find(search, 100);
            var start = Stopwatch.GetTimestamp();
            var found = line.Line.Log.Find(search, 100);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {found.Records.Count} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms");
        }
    }
}
