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
}
