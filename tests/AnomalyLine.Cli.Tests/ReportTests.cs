using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Tests;

public sealed class ReportTests
{
    [Fact]
    public async Task Report_Text_HasFiguresAndWhatIsNotCountedYet()
    {
        await using var line = await new FakeLine().StartAsync();

        var run = await CliRun.RunAsync("report", "--from", "2026-11-02", "--station", "S", "--product", "", "--by", "day", "--server", line.Address);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("5 inspections are not counted yet", run.Error, StringComparison.Ordinal);
        Assert.Matches(@"2026-11-02 =early +11 +7 +3 +1 +70\.00 % +1 of 2 +1 of 2 +2\.0", run.ResultLines[1]);
        Assert.Matches(@"2026-11-02 late +1 +0 +0 +1 +- +- +- +-", run.ResultLines[2]);
        Assert.StartsWith("all", run.ResultLines[3], StringComparison.Ordinal);
        Assert.Equal(("2026-11-02", "", "S", true, "", ProductionGrouping.Day), (line.Production.Asked!.FromDay, line.Production.Asked.UntilDay, line.Production.Asked.Station, line.Production.Asked.HasProductId, line.Production.Asked.ProductId, line.Production.Asked.Grouping));
    }

    [Fact]
    public async Task Report_CsvAndJson_AreForPrograms()
    {
        await using var line = await new FakeLine().StartAsync();

        var csv = await CliRun.RunAsync("report", "--csv", "--server", line.Address);
        var json = await CliRun.RunAsync("report", "--json", "--server", line.Address);

        Assert.Equal("2026-11-02,'=early,2026-11-02T05:00:00.000Z,2026-11-02T13:00:00.000Z,,,11,7,3,1,0.7,0.3,2,1,2,1,300,2", csv.Result.Split("\r\n")[1]);
        Assert.Contains("\"figures\":{\"parts\":11,\"ok\":7,\"notOk\":3,", json.Result, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUsage, (await CliRun.RunAsync("report", "--csv", "--json", "--server", line.Address)).ExitCode);
    }
}
