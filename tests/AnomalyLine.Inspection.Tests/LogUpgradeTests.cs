using AnomalyLine.Inspection.Storage;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Logs of earlier releases.</summary>
public sealed class LogUpgradeTests
{
    public static TheoryData<int> Versions => new(Enumerable.Range(1, LogSchema.Version - 1));

    [Fact]
    public void OldLogs_OfEveryVersionBeforeThisOne_AreKept() => Assert.Equal(LogSchema.Version - 1, OldLogs.Tables.Count);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task OpenAsync_LogOfAnEarlierVersion_IsReadAndGoesOn(int version)
    {
        await using var line = new TestLine();
        var id = Guid.NewGuid();
        Directory.CreateDirectory(line.Options.DataFolder);
        line.RunSql(OldLogs.Tables[version - 1]);
        line.RunSql($"""
            INSERT INTO meta VALUES ('schema_version', '{version}'), ('log_id', '{id}');
            INSERT INTO stations (name, creation_ticks) VALUES ('s', 1);
            INSERT INTO recipes (station, revision, model_version, threshold, pixel_threshold, deadline_ticks, activation_ticks) VALUES ('s', 1, 'm-0', 0.5, 0.5, 600000000, 1);
            """);
        for (var i = 1; i <= 3; i++) line.RunSql(Row(i));

        await line.OpenAsync();
        await line.Line.LogChecked.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        var next = await line.InspectAsync("s", 1, "new");

        Assert.Equal((id, ""), (line.Line.Log.Id, line.Line.LogDamage));
        Assert.Equal((4L, Verdict.Ok, 1), (next.Sequence, next.Verdict, next.RecipeRevision));
        Assert.Equal(["part 1", "part 2", "part 3", "new"], line.ReadAll("s").Select(record => record.PartId));
        Assert.Equal((Verdict.NotOk, 0.75f, ""), (line.ReadAll("s")[0].Verdict, line.ReadAll("s")[0].Score, line.ReadAll("s")[0].ProductId));

        // What it had is counted as production.
        var begin = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([3L], line.Line.Log.SummarizeProduction(new() { Slices = [new(begin, begin.AddMinutes(15))] }).Counts.Select(count => count.NotOk));

        // Rows from here on have sums, those before need none.
        await line.Line.DisposeAsync();
        line.RunSql("UPDATE inspections SET score = 0.1 WHERE sequence = 4");
        await line.OpenAsync();
        Assert.Contains("inspection 4 of station s is not what was written", line.Line.LogDamage, StringComparison.Ordinal);
    }

    private static string Row(int number) => $"""
        INSERT INTO inspections (station, sequence, part_id, verdict, reason_code, reason_text, score, threshold, regions, model_version, recipe_revision, capture_ticks, completion_ticks,
          prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height)
        VALUES ('s', {number}, 'part {number}', {(int)Verdict.NotOk}, {(int)ReasonCode.AboveThreshold}, '', 0.75, 0.5, x'', 'm-0', 1, 1, 2, 1, 1, 1, 1, 1, 5, 1, 16, 16)
        """;
}
