using AnomalyLine.Inspection;
using ReasonCode = AnomalyLine.Contracts.V1.ReasonCode;
using Verdict = AnomalyLine.Contracts.V1.Verdict;

namespace AnomalyLine.Cli.Tests;

public sealed class InspectionsTests
{
    [Fact]
    public async Task List_Csv_GoesThroughAllPagesAndLetsNoSpreadsheetCompute()
    {
        await using var line = await new FakeLine().StartAsync();

        var run = await CliRun.RunAsync("inspections", "list", "--station", "S", "--csv", "--server", line.Address);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var rows = run.Result.Split("\r\n");
        Assert.Equal(InspectionCsv.Header, rows[0]);
        Assert.StartsWith(@"S,2,part-\u001B[2J,,NotOk,AboveThreshold,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("S,1,\"'=1+1,\"\"x\"\"\",,Ok,WithinThreshold,", rows[2], StringComparison.Ordinal);
        Assert.Equal(["", "older"], line.Lists.Select(list => list.PageToken));
    }

    [Fact]
    public async Task List_Filter_IsWhatTheServerIsAskedFor()
    {
        await using var line = await new FakeLine().StartAsync();

        var run = await CliRun.RunAsync(
            "inspections", "list", "--station", "S", "--verdict", "not-ok", "--verdict", "not-decidable", "--reason", "station-stopped", "--part", "47", "--product", "",
            "--from", "2026-01-31T08:00Z", "--min-score", "0.5", "--limit", "1", "--json", "--server", line.Address);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var asked = Assert.Single(line.Lists);
        Assert.Equal([Verdict.NotOk, Verdict.NotDecidable], asked.Verdicts);
        Assert.Equal([ReasonCode.StationStopped], asked.ReasonCodes);
        Assert.Equal(("47", true, "", 0.5f, false, 1u), (asked.PartId, asked.HasProductId, asked.ProductId, asked.MinScore, asked.HasMaxScore, asked.PageSize));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero), asked.FromTime.ToDateTimeOffset());
        Assert.Contains("\"sequence\":2", Assert.Single(run.ResultLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_KeyInTheVariable_IsNotPrinted()
    {
        Environment.SetEnvironmentVariable("ANOMALYLINE_KEY", "alk_secret-of-mine");
        try
        {
            var run = await CliRun.RunAsync("stations", "add", "--help");

            Assert.Equal(0, run.ExitCode);
            Assert.DoesNotContain("secret", run.Result, StringComparison.Ordinal);
            Assert.DoesNotContain("ServerAddress", run.Result, StringComparison.Ordinal);
            Assert.Contains("http://127.0.0.1:8081", run.Result, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ANOMALYLINE_KEY", null);
        }
    }

    [Fact]
    public async Task List_ServerInTheVariable_IsAsked()
    {
        await using var line = await new FakeLine().StartAsync();
        Environment.SetEnvironmentVariable("ANOMALYLINE_SERVER", line.Address);
        try
        {
            Assert.Equal(0, (await CliRun.RunAsync("inspections", "list", "--station", "S", "--limit", "1")).ExitCode);
            Assert.Single(line.Lists);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ANOMALYLINE_SERVER", null);
        }
    }
}
