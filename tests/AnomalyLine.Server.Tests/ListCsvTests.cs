using System.Globalization;
using System.Net;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;

namespace AnomalyLine.Server.Tests;

/// <summary>The console's lists as CSV.</summary>
public sealed class ListCsvTests
{
    [Theory]
    [InlineData("", new[] { 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    [InlineData("?show=rejected", new[] { 8, 6, 4, 2 })]
    [InlineData("?show=not-decidable", new[] { 8 })]
    [InlineData("?part=part-12", new[] { 12 })]
    public async Task Inspections_FilterOfThePage_GivesTheSame(string query, int[] sequences)
    {
        await using var server = await ProductionTests.StartAsync();
        await server.InspectAsync([TestServer.Request("press-1", 13, 10)]);

        using var answer = await server.Http.GetAsync($"/stations/press-1/inspections.csv{query}", TestServer.Cancel);

        var rows = (await answer.Content.ReadAsStringAsync(TestServer.Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((HttpStatusCode.OK, "text/csv", "press-1-inspections.csv", InspectionCsv.Header), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'), rows[0]));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/stations/none/inspections.csv", TestServer.Cancel)).StatusCode);
        Assert.Equal(sequences, rows.Skip(1).Select(row => int.Parse(row.Split(',')[1], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Samples_FilterOfThePage_GivesTheSameAndLetsNoSpreadsheetCompute()
    {
        await using var server = await ProductionTests.StartAsync();
        server.RunSql("management.db", "UPDATE samples SET \"Defect\" = '=1+1, \"x\"' WHERE \"Defect\" = 'scratch'");

        var approved = await server.Http.GetStringAsync("/samples.csv?state=approved", TestServer.Cancel);
        var some = await server.Http.GetStringAsync("/samples.csv?state=approved&part=none", TestServer.Cancel);

        var rows = approved.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, rows.Length);
        Assert.Contains(",Approved,Anomalous,\"'=1+1, \"\"x\"\"\",NotOk,Ok,", rows[3], StringComparison.Ordinal);
        Assert.Equal(rows[0], some.TrimEnd());
    }

    [Fact]
    public async Task JobsModelsAndUsers_Download_HaveARowForEach()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        server.Get<AccessControl>().Users.Add("eva", AccessRole.Operator, "a password of eva");
        await server.Training.StartJobAsync(new() { Order = new() { Station = "a", Method = "riad", Preset = "fast", MaxMinutes = 2.5 } }, cancellationToken: TestServer.Cancel);

        var jobs = await RowsAsync("/training/jobs.csv");
        var models = await RowsAsync("/models.csv");
        var users = await RowsAsync("/users.csv");

        Assert.StartsWith("1,a,,riad,false,fast,,2.5,", Assert.Single(jobs), StringComparison.Ordinal);
        Assert.Contains(",a,1,,Active,,", Assert.Single(models), StringComparison.Ordinal);
        Assert.Contains("user,eva,Operator,true,false,", users);
        async Task<string[]> RowsAsync(string address)
        {
            var rows = (await server.Http.GetStringAsync(address, TestServer.Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.All(rows, row => Assert.Equal(rows[0].Split(',').Length, row.Split(',').Length));
            return rows[1..];
        }
    }

    [Fact]
    public async Task AlarmsAndAudit_Download_IsWholeAndNoted()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "press-1" }, cancellationToken: TestServer.Cancel);
        Assert.True(SpinWait.SpinUntil(() => server.Get<Management.Alarms.AlarmList>().Open.Count > 0, TimeSpan.FromSeconds(30)));

        var alarms = await server.Http.GetStringAsync("/alarms.csv", TestServer.Cancel);
        var audit = await server.Http.GetStringAsync("/audit/entries.csv?text=press-1", TestServer.Cancel);
        var all = await server.Http.GetStringAsync("/audit/entries.csv", TestServer.Cancel);

        Assert.Contains(",NotReady,press-1,Warning,", alarms, StringComparison.Ordinal);
        Assert.Contains(",station.create,press-1,", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("list.download", audit, StringComparison.Ordinal);
        Assert.Contains(",list.download,alarms,", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/samples.csv")]
    [InlineData("/alarms.csv")]
    [InlineData("/audit/entries.csv")]
    [InlineData("/stations/press-1/inspections.csv")]
    public async Task Download_WithoutAKey_IsRefused(string address)
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await server.Strangers.GetAsync(address, TestServer.Cancel);

        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEqual("text/csv", answer.Content.Headers.ContentType?.MediaType);
    }
}
