namespace AnomalyLine.Inspection.Tests;

/// <summary>What somebody, or a disk, does to the file of the log.</summary>
public sealed class LogDamageTests
{
    [Fact]
    public async Task OpenAsync_BytesOfTheLogWereFlipped_SaysSoAndJudgesOn()
    {
        await using var line = await new TestLine().OpenAsync("s");
        for (var i = 0; i < 200; i++) await line.InspectAsync("s", 1, $"part {i}");
        await line.Line.LogChecked.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Empty(line.Line.LogDamage);
        await line.Line.DisposeAsync();
        var random = new Random(3);
        await using (var file = File.Open(line.DatabasePath, FileMode.Open))
        {
            // Beyond the first pages, which have the tables themselves: with those damaged the log does not open.
            for (var i = 0; i < 200; i++)
            {
                file.Position = random.NextInt64(16 * 4096, file.Length);
                file.WriteByte((byte)random.Next(256));
            }
        }

        await line.OpenAsync();
        await line.Line.LogChecked.WaitAsync(TestLine.Patience, TestLine.Cancellation);

        Assert.Contains("is damaged", line.Line.LogDamage, StringComparison.Ordinal);
        Assert.Contains("restore the last good backup", line.Line.LogDamage, StringComparison.Ordinal);
        Assert.Equal(1, line.Messages.CountOf("LogDamaged"));
    }

    [Theory]
    [InlineData("UPDATE inspections SET score = 0.25 WHERE sequence = 7", "inspection 7 of station s is not what was written")]
    [InlineData("UPDATE inspections SET verdict = 2, reason_code = 2 WHERE sequence = 7", "inspection 7 of station s is not what was written")]
    [InlineData("UPDATE inspections SET part_id = 'another' WHERE sequence = 7", "inspection 7 of station s is not what was written")]
    [InlineData("UPDATE inspections SET record_sum = NULL WHERE sequence = 7", "inspection 7 of station s is not what was written")]
    [InlineData("UPDATE inspections SET sequence = -7 WHERE sequence = 7", "inspection -7 of station s is not what was written")]
    [InlineData("DELETE FROM inspections WHERE sequence > 7", "its newest 3 inspections were deleted")]
    public async Task OpenAsync_NewInspectionsWereChanged_SaysSoAtOnce(string change, string what)
    {
        await using var line = await WithInspectionsAsync(10);
        line.RunSql(change);

        await line.OpenAsync();

        Assert.Contains(what, line.Line.LogDamage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OldInspectionsWereChangedOrDeleted_SaysSoOnceAllIsRead()
    {
        await using var line = await WithInspectionsAsync(1100);
        line.RunSql("UPDATE inspections SET threshold = 0.75 WHERE sequence = 7; DELETE FROM inspections WHERE sequence IN (12, 13)");

        await line.OpenAsync();
        await line.Line.LogChecked.WaitAsync(TestLine.Patience, TestLine.Cancellation);

        Assert.Contains("inspection 7 of station s is not what was written", line.Line.LogDamage, StringComparison.Ordinal);
        Assert.Contains("2 inspections of station s were deleted", line.Line.LogDamage, StringComparison.Ordinal);
        Assert.Equal(1, line.Messages.CountOf("LogDamaged"));
    }

    [Fact]
    public async Task OpenAsync_OlderCopyOfTheLogIsInItsPlace_SaysSoAtOnce()
    {
        await using var line = await WithInspectionsAsync(5);
        File.Copy(line.DatabasePath, line.DatabasePath + ".old");
        await line.OpenAsync();
        for (var i = 0; i < 4; i++) await line.InspectAsync("s", 1);
        await line.Line.DisposeAsync();
        File.Move(line.DatabasePath + ".old", line.DatabasePath, overwrite: true);

        await line.OpenAsync();

        Assert.Contains("its newest 4 inspections are gone", line.Line.LogDamage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OldInspectionsWentByRetention_NothingIsDamaged()
    {
        await using var line = new TestLine();
        line.Options.RetainedInspectionsPerStation = 3;
        await line.OpenAsync("s", "t");
        for (var i = 0; i < 20; i++) await line.InspectAsync(i % 3 == 0 ? "t" : "s", 1);

        await line.ReopenAsync();
        await line.Line.LogChecked.WaitAsync(TestLine.Patience, TestLine.Cancellation);

        Assert.Empty(line.Line.LogDamage);
    }

    [Fact]
    public async Task InspectAsync_LogTakenAwayWhileItRuns_FailsUntilItIsPutBack()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 1);
        File.Move(line.DatabasePath, line.DatabasePath + ".away");

        var failed = await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)));

        Assert.Equal(LineErrorCode.LogFailed, failed.Error?.Code);
        Assert.Contains("is gone; put it back", failed.Error?.Message, StringComparison.Ordinal);
        Assert.False(line.Line.GetStation("s").Value.Ready);
        File.Move(line.DatabasePath + ".away", line.DatabasePath);
        Assert.Equal(2, (await line.InspectAsync("s", 1)).Sequence);
        await line.ReopenAsync();
        Assert.Equal([1L, 2L], line.ReadAll("s").Select(record => record.Sequence));
    }

    /// <summary>A line that has stopped.</summary>
    private static async Task<TestLine> WithInspectionsAsync(int count)
    {
        var line = new TestLine();
        line.Options.LogDurability = LogDurability.Normal;
        await line.OpenAsync("s");
        for (var i = 1; i <= count; i++) await line.InspectAsync("s", 1, $"part {i}");
        await line.Line.DisposeAsync();
        return line;
    }
}
