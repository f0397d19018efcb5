using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AnomalyLine.Inspection;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Lists of inspections by gRPC, REST and CSV.</summary>
public sealed class ListInspectionsTests
{
    [Fact]
    public async Task ListInspections_PageByPageWhilePartsArrive_GivesEachOnceNewestFirst()
    {
        await using var server = await StartAsync(7);
        var request = new Wire.ListInspectionsRequest { Station = "a", PageSize = 3 };
        var seen = new List<ulong>();
        do
        {
            var page = await server.Inspections.ListInspectionsAsync(request, cancellationToken: TestServer.Cancel);
            seen.AddRange(page.Inspections.Select(inspection => inspection.Sequence));
            request.PageToken = page.NextPageToken;
            await server.InspectAsync([TestServer.Request("a", 100, 10)]);
        }
        while (request.PageToken.Length > 0);

        Assert.Equal([7ul, 6, 5, 4, 3, 2, 1], seen);
    }

    [Theory]
    [InlineData("", new[] { 4, 3, 2, 1 })]
    [InlineData("?verdicts=VERDICT_NOT_OK", new[] { 4, 2 })]
    [InlineData("?verdicts=VERDICT_NOT_OK&verdicts=VERDICT_OK&pageSize=1000", new[] { 4, 3, 2, 1 })]
    [InlineData("?reasonCodes=REASON_CODE_WITHIN_THRESHOLD", new[] { 3, 1 })]
    [InlineData("?partId=PART-3", new[] { 3 })]
    [InlineData("?productId=", new[] { 4, 3, 2, 1 })]
    [InlineData("?productId=other", new int[0])]
    [InlineData("?minScore=0.5", new[] { 4, 2 })]
    [InlineData("?maxScore=0.5", new[] { 3, 1 })]
    [InlineData("?beforeSequence=3", new[] { 2, 1 })]
    [InlineData("?fromTime=2020-01-01T00:00:00Z&untilTime=2999-01-01T00:00:00Z", new[] { 4, 3, 2, 1 })]
    [InlineData("?fromTime=2999-01-01T00:00:00Z", new int[0])]
    public async Task Rest_Filter_ListAndCsvGiveTheSame(string query, int[] expected)
    {
        await using var server = await StartAsync(4);

        var list = await server.Http.GetFromJsonAsync<JsonNode>($"/v1/stations/a/inspections{query}", TestServer.Cancel);
        using var csv = await server.Http.GetAsync($"/v1/stations/a/inspections.csv{query.Replace("&pageSize=1000", "", StringComparison.Ordinal)}", TestServer.Cancel);

        Assert.Equal(expected, list!["inspections"]!.AsArray().Select(inspection => int.Parse((string)inspection!["sequence"]!, CultureInfo.InvariantCulture)));
        Assert.Equal("", (string)list["nextPageToken"]!);
        var rows = (await csv.Content.ReadAsStringAsync(TestServer.Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((HttpStatusCode.OK, "text/csv", InspectionCsv.Header), (csv.StatusCode, csv.Content.Headers.ContentType?.MediaType, rows[0]));
        Assert.Equal(expected, rows.Skip(1).Select(row => int.Parse(row.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task ListInspections_WrongInput_StatusAndField()
    {
        await using var server = await StartAsync(3);
        var page = await server.Inspections.ListInspectionsAsync(new() { Station = "a", PageSize = 1 }, cancellationToken: TestServer.Cancel);

        foreach (var (request, status, field) in new (Wire.ListInspectionsRequest, StatusCode, string?)[]
        {
            (new() { Station = "a", PageSize = 1001 }, StatusCode.InvalidArgument, "page_size"),
            (new() { Station = "a", PageToken = "2" }, StatusCode.InvalidArgument, "page_token"),
            (new() { Station = "a", PageToken = page.NextPageToken, PartId = "x" }, StatusCode.InvalidArgument, "page_token"),
            (new() { Station = "a", Verdicts = { (Wire.Verdict)9 } }, StatusCode.InvalidArgument, "verdicts"),
            (new() { Station = "a", FromTime = new() { Seconds = long.MaxValue } }, StatusCode.InvalidArgument, "from_time"),
            (new() { Station = "b" }, StatusCode.NotFound, null),
        })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Inspections.ListInspectionsAsync(request, cancellationToken: TestServer.Cancel));
            Assert.Equal((status, field), (failure.StatusCode, failure.Trailers.GetValue("error-field")));
        }

        foreach (var (query, expected) in new[] { ("a/inspections.csv?verdict=VERDICT_OK", "verdict"), ("a/inspections.csv?pageSize=3", "pageSize"), ("a/inspections.csv?minScore=x", "minScore"), ("b/inspections.csv", null) })
        {
            using var answer = await server.Http.GetAsync($"/v1/stations/{query}", TestServer.Cancel);
            Assert.Equal(expected is null ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(expected, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["details"]![0]!["metadata"]?["field"]);
        }
    }

    [Fact]
    public async Task Csv_MoreThanAPage_HasAll()
    {
        await using var server = await StartAsync(1);
        server.RunSql("inspections.db", """
            WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 2500)
            INSERT INTO inspections SELECT position + x, station, x, part_id, verdict, reason_code, reason_text, score, threshold, regions, model_version, recipe_revision, capture_ticks,
              completion_ticks, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, decode_ms, forward_ms, capture_uncertain, NULL
            FROM inspections, n WHERE sequence = 1
            """);

        var rows = (await server.Http.GetStringAsync("/v1/stations/a/inspections.csv", TestServer.Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2501, rows.Length);
        Assert.StartsWith("a,2500,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("a,1,", rows[^1], StringComparison.Ordinal);
    }

    /// <summary>Station a with inspections of part-1, part-2, …, of which every second is not OK.</summary>
    private static async Task<TestServer> StartAsync(int parts)
    {
        var server = await TestServer.StartReadyAsync(["a"]);
        for (var i = 1; i <= parts; i++) await server.InspectAsync([TestServer.Request("a", (ulong)i, (byte)(i % 2 == 0 ? 250 : 10))]);
        return server;
    }
}
