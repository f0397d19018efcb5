using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AnomalyLine.Management.Production;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Reports of production over gRPC, REST, CSV and on the page, with values worked out by hand.</summary>
public sealed class ProductionTests
{
    private const string Berlin = "--AnomalyLine:Plant:TimeZone=Europe/Berlin";

    // 2026-11-02 06:00 in Berlin.
    private static readonly DateTimeOffset s_early = new(2026, 11, 2, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task GetProductionReport_ByShift_CountsVerdictsReviewsAndSpeed()
    {
        await using var server = await StartAsync();
        var client = new Wire.ProductionService.ProductionServiceClient(server.Channel);

        var report = await client.GetProductionReportAsync(new() { FromDay = "2026-11-02", UntilDay = "2026-11-02" }, cancellationToken: TestServer.Cancel);

        Assert.Equal([("2026-11-02", "early"), ("2026-11-02", "late"), ("2026-11-02", "night")], report.Rows.Select(row => (row.Day, row.Shift)));
        var early = report.Rows[0].Figures;
        Assert.Equal((11ul, 7ul, 3ul, 1ul), (early.Parts, early.Ok, early.NotOk, early.NotDecidable));
        Assert.Equal(0.7, early.Yield, 1e-12);

        // One part every 30 s at press-1, ten of which follow another one.
        Assert.Equal((300.0, 2.0), (early.RunningSeconds, early.PartsPerMinute));

        // Of three rejects two were reviewed, one of them as good; of two passed parts that were reviewed one has a scratch.
        Assert.Equal((2ul, 1ul, 2ul, 1ul), (early.ReviewedRejects, early.FalseRejects, early.ReviewedPasses, early.Escapes));
        Assert.Equal((13ul, 0.75), (report.Total.Parts, report.Total.Yield));
        Assert.Equal(0.25, report.Mean, 1e-12);
        Assert.Equal([("scratch", 1ul), ("", 1ul)], report.Kinds.Select(kind => (kind.Name, kind.Count)).OrderByDescending(kind => kind.Name, StringComparer.Ordinal));
        Assert.Equal([(Wire.ReasonCode.Overloaded, 1ul)], report.Reasons.Select(reason => (reason.ReasonCode, reason.Count)));
        Assert.Equal([("A1", 2ul), ("", 1ul)], report.Places.Select(place => (place.Name, place.Count)));
        Assert.Equal([(3, 2ul)], report.PlaceCells.Index().Where(cell => cell.Item > 0));
    }

    [Theory]
    [InlineData("grouping=PRODUCTION_GROUPING_STATION", new[] { "press-1", "press-2" }, new[] { 12, 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_PRODUCT", new[] { "", "lid" }, new[] { 12, 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_PRODUCT&productId=lid", new[] { "lid" }, new[] { 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_STATION&station=press-2", new[] { "press-2" }, new[] { 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_STATION&shift=late", new[] { "press-1" }, new[] { 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_STATION&shift=night", new[] { "press-2" }, new[] { 1 })]
    [InlineData("grouping=PRODUCTION_GROUPING_DAY", new[] { "" }, new[] { 13 })]
    public async Task Rest_GroupedAndFiltered_GivesTheRowsThatCsvHas(string query, string[] names, int[] parts)
    {
        await using var server = await StartAsync();
        var all = $"fromDay=2026-11-02&untilDay=2026-11-02&{query}";

        var report = await server.Http.GetFromJsonAsync<JsonNode>($"/v1/production?{all}", TestServer.Cancel);
        var csv = await server.Http.GetStringAsync($"/v1/production.csv?{all}", TestServer.Cancel);

        Assert.Equal(names, report!["rows"]!.AsArray().Select(row => (string)row!["station"]! + (string)row["productId"]!));
        Assert.Equal(parts, report["rows"]!.AsArray().Select(row => int.Parse((string)row!["figures"]!["parts"]!, CultureInfo.InvariantCulture)));
        var rows = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ReportCsv.Header, rows[0]);
        Assert.Equal(parts, rows.Skip(1).Select(row => int.Parse(row.Split(',')[6], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Csv_NamesThatASpreadsheetWouldCompute_AreTexts()
    {
        await using var server = await StartAsync("--AnomalyLine:Plant:Shifts=06:00 =early");
        server.RunSql("inspections.db", "UPDATE inspections SET product_id = '@SUM(A1)' WHERE station = 'press-2'; DELETE FROM production; DELETE FROM meta WHERE key = 'production_position'");

        var byShift = await server.Http.GetStringAsync("/v1/production.csv?fromDay=2026-11-02&untilDay=2026-11-02", TestServer.Cancel);
        var byProduct = await server.Http.GetStringAsync("/v1/production.csv?fromDay=2026-11-02&untilDay=2026-11-02&grouping=PRODUCTION_GROUPING_PRODUCT", TestServer.Cancel);

        Assert.Contains("2026-11-02,'=early,2026-11-02T05:00:00.000Z,2026-11-03T05:00:00.000Z,,,13,9,3,1,0.75,0.25,2,1,2,1,300,2\r\n", byShift, StringComparison.Ordinal);
        Assert.Contains(",'@SUM(A1),1,", byProduct, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetProductionReport_WrongInput_StatusAndField()
    {
        await using var server = await StartAsync();
        var client = new Wire.ProductionService.ProductionServiceClient(server.Channel);
        foreach (var (request, status, field) in new (Wire.GetProductionReportRequest, StatusCode, string?)[]
        {
            (new() { FromDay = "2.11.2026" }, StatusCode.InvalidArgument, "from_day"),
            (new() { FromDay = "0001-01-01", UntilDay = "0001-01-01" }, StatusCode.InvalidArgument, "from_day"),
            (new() { FromDay = "2026-11-03", UntilDay = "2026-11-02" }, StatusCode.InvalidArgument, "until_day"),
            (new() { FromDay = "2026-01-01", UntilDay = "2026-11-02" }, StatusCode.InvalidArgument, "until_day"),
            (new() { Shift = "noon" }, StatusCode.InvalidArgument, "shift"),
            (new() { Grouping = (Wire.ProductionGrouping)9 }, StatusCode.InvalidArgument, "grouping"),
            (new() { Station = "none" }, StatusCode.NotFound, null),
        })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.GetProductionReportAsync(request, cancellationToken: TestServer.Cancel));
            Assert.Equal((status, field), (failure.StatusCode, failure.Trailers.GetValue("error-field")));
        }

        using var unknown = await server.Http.GetAsync("/v1/production.csv?from=2026-11-02", TestServer.Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Fact]
    public async Task Page_ManagementDatabaseAway_HasTheCountsAndSaysWhatIsMissing()
    {
        await using var server = await StartAsync();
        File.Move(Path.Combine(server.Folder, "management.db"), Path.Combine(server.Folder, "away.db"));

        var page = await server.Http.GetStringAsync("/report?from=2026-11-02&until=2026-11-02", TestServer.Cancel);

        Assert.Contains("Without reviews:", page, StringComparison.Ordinal);
        Assert.Contains("75.00 %", page, StringComparison.Ordinal);
    }

    /// <summary>
    /// press-1: in the early shift of 2 November from 06:00 on a part every 30 s, of which 2, 4 and 6 are rejects and 8 was overloaded; one part in the late shift at 14:00. press-2: one part, a lid, at 05:59:59 on the
    /// day after, in the night shift. Reviewed were, as samples: the rejects 2 (good) and 4 (a defect of no kind), the passed parts 1 (a scratch) and 3 (good).
    /// </summary>
    internal static async Task<TestServer> StartAsync(params string[] settings)
    {
        var server = await TestServer.StartReadyAsync(["press-1", "press-2"], [Berlin, .. settings]);
        for (var i = 1; i <= 12; i++) await server.InspectAsync([TestServer.Request("press-1", (ulong)i, (byte)(i is 2 or 4 or 6 ? 250 : 10))]);
        await server.InspectAsync([TestServer.Request("press-2", 1, 10)]);
        var early = s_early.UtcTicks;
        server.RunSql("inspections.db", $"""
            UPDATE inspections SET completion_ticks = {early} + (sequence - 1) * 300000000, regions = x'' WHERE station = 'press-1' AND sequence < 12;
            UPDATE inspections SET completion_ticks = {s_early.AddHours(8).UtcTicks} WHERE station = 'press-1' AND sequence = 12;
            UPDATE inspections SET completion_ticks = {s_early.AddDays(1).AddSeconds(-1).UtcTicks}, product_id = 'lid' WHERE station = 'press-2';
            UPDATE inspections SET verdict = 3, reason_code = 4 WHERE station = 'press-1' AND sequence = 8;
            UPDATE inspections SET regions = x'{Region(3, 0)}' WHERE station = 'press-1' AND sequence IN (2, 4);
            DELETE FROM production;
            DELETE FROM meta WHERE key = 'production_position';
            """);
        foreach (var (sequence, verdict, label, defect) in new[] { (2, "NotOk", "Normal", ""), (4, "NotOk", "Anomalous", ""), (1, "Ok", "Anomalous", "scratch"), (3, "Ok", "Normal", "") })
        {
            server.RunSql("management.db", $"""
                INSERT INTO samples ("Station", "Sha256", "SizeBytes", "Width", "Height", "PartId", "ProductId", "CaptureTime", "CreationTime", "Reason", "Sequence", "Verdict", "Score", "Threshold", "ModelVersion", "Label", "Defect", "State", "ReviewedBy", "Suspicion")
                VALUES ('press-1', 'x{sequence}', 1, 16, 16, '', '', {early + 1}, {early + 1}, 'NotOk', {sequence}, '{verdict}', 0, 0, '', '{label}', '{defect}', 'Approved', 'eva', '')
                """);
        }

        return server;
    }

    /// <summary>A region of two pixels of a frame of 16 x 16 with its centre in a cell.</summary>
    private static string Region(int column, int row)
    {
        var bytes = new byte[28];
        BitConverter.TryWriteBytes(bytes.AsSpan(0), column);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), row);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), 1);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), 1);
        return Convert.ToHexString(bytes);
    }
}
