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

    private static int Sequence(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("sequence").GetInt32();
    }
}
