using System.Text.Json;

namespace AnomalyLine.Cli.Tests;

public sealed class WatchTests
{
    [Fact]
    public async Task Watch_StreamEnds_ResumesAfterTheLastSequence()
    {
        await using var line = await new FakeLine().StartAsync();
        var run = await CliRun.RunAsync("watch", "--station", "S", "--tail", "7", "--count", "3", "--json", "--server", line.Address);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal([1, 2, 3], run.ResultLines.Select(Sequence));
        Assert.Equal((2, 7u, 2ul), (line.Watches.Count, line.Watches[0].Tail, line.Watches[1].Cursors.Single().AfterSequence));
    }

    [Fact]
    public async Task Watch_Text_NamesPartVerdictAndScore()
    {
        await using var line = await new FakeLine().StartAsync();
        var run = await CliRun.RunAsync("watch", "--count", "2", "--server", line.Address);
        Assert.Contains("NotOk", run.ResultLines[1], StringComparison.Ordinal);
        Assert.Contains("0 / 0.5", run.ResultLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_ControlCharactersInALogOfOld_AreWrittenOut()
    {
        await using var line = await new FakeLine { PartId = "A\u001b[2J\r\nB\u202e" }.StartAsync();
        var run = await CliRun.RunAsync("watch", "--count", "1", "--server", line.Address);
        Assert.Contains(@"A\u001B[2J\u000D\u000AB\u202E", Assert.Single(run.ResultLines), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Result);
    }

    private static int Sequence(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("sequence").GetInt32();
    }
}
