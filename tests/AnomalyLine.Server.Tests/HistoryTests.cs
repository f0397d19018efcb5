using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Inspections in the order of time, and in short.</summary>
public sealed class HistoryTests
{
    [Theory]
    [InlineData(false, new ulong[] { 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData(true, new ulong[] { 7, 6, 5, 4, 3, 2, 1 })]
    public async Task ReadHistory_PageByPage_GivesEachOnceInTheOrderAskedFor(bool newestFirst, ulong[] expected)
    {
        await using var server = await StartAsync(7);
        var request = new Wire.ReadHistoryRequest { Station = "a", PageSize = 3, NewestFirst = newestFirst };
        var seen = new List<ulong>();
        do
        {
            var page = await server.Inspections.ReadHistoryAsync(request, cancellationToken: TestServer.Cancel);
            seen.AddRange(page.Inspections.Select(inspection => inspection.Sequence));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task ReadHistory_Bounds_TheFirstIsInAndTheLastIsNot()
    {
        await using var server = await StartAsync(4);
        var all = (await server.Inspections.ReadHistoryAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Inspections;

        var some = await server.Inspections.ReadHistoryAsync(
            new() { Station = "a", FromTime = all[1].CompletionTime, UntilTime = all[3].CompletionTime }, cancellationToken: TestServer.Cancel);

        Assert.Equal([2ul, 3], some.Inspections.Select(inspection => inspection.Sequence));
        Assert.Equal("", some.NextPageToken);
        Assert.Equal((all[1].Score, all[1].Verdict, all[1].PartId), (some.Inspections[0].Score, some.Inspections[0].Verdict, some.Inspections[0].PartId));
    }

    [Fact]
    public async Task SummarizeHistory_OneInterval_CountsAndSpreads()
    {
        await using var server = await StartAsync(4);
        var all = (await server.Inspections.ReadHistoryAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Inspections;
        var query = $"fromTime={all[0].CompletionTime.ToDateTime():O}&untilTime={all[3].CompletionTime.ToDateTime().AddSeconds(1):O}";

        var summary = await server.Http.GetFromJsonAsync<JsonNode>($"/v1/stations/a/history/summary?{query}", TestServer.Cancel);

        var interval = Assert.Single(summary!["intervals"]!.AsArray())!;
        Assert.Equal(("4", "4"), ((string)interval["inspected"]!, (string)interval["score"]!["count"]!));
        Assert.Equal(all.Average(inspection => (double)inspection.Score), (double)interval["score"]!["average"]!, 1e-6);
        Assert.Equal(all.Max(inspection => (double)inspection.Score), (double)interval["score"]!["maximum"]!, 1e-6);
        Assert.Equal(all.Min(inspection => (double)(inspection.Threshold - inspection.Score)), (double)interval["margin"]!["minimum"]!, 1e-6);
    }

    [Fact]
    public async Task History_WrongInput_StatusAndField()
    {
        await using var server = await StartAsync(2);
        var page = await server.Inspections.ReadHistoryAsync(new() { Station = "a", PageSize = 1 }, cancellationToken: TestServer.Cancel);
        var now = Timestamp.FromDateTime(DateTime.UtcNow);
        var later = Timestamp.FromDateTime(DateTime.UtcNow.AddDays(1));

        await ExpectAsync(StatusCode.NotFound, "x", () => server.Inspections.ReadHistoryAsync(new() { Station = "x" }));
        await ExpectAsync(StatusCode.InvalidArgument, "page_size", () => server.Inspections.ReadHistoryAsync(new() { Station = "a", PageSize = 5001 }));
        await ExpectAsync(StatusCode.InvalidArgument, "page_token", () => server.Inspections.ReadHistoryAsync(
            new() { Station = "a", PageToken = page.NextPageToken, NewestFirst = true }));
        await ExpectAsync(StatusCode.InvalidArgument, "from_time", () => server.Inspections.SummarizeHistoryAsync(new() { Station = "a", UntilTime = now }));
        await ExpectAsync(StatusCode.InvalidArgument, "until_time", () => server.Inspections.SummarizeHistoryAsync(
            new() { Station = "a", FromTime = later, UntilTime = now }));
        await ExpectAsync(StatusCode.InvalidArgument, "interval", () => server.Inspections.SummarizeHistoryAsync(
            new() { Station = "a", FromTime = now, UntilTime = later, Interval = new Duration { Seconds = 1 } }));
        await ExpectAsync(StatusCode.InvalidArgument, "interval", () => server.Inspections.SummarizeHistoryAsync(
            new() { Station = "a", FromTime = now, UntilTime = later, Interval = new Duration() }));

        static async Task ExpectAsync<T>(StatusCode status, string word, Func<AsyncUnaryCall<T>> call)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await call());
            Assert.Equal(status, error.StatusCode);
            Assert.Contains(word, error.Status.Detail, StringComparison.Ordinal);
        }
    }

    private static async Task<TestServer> StartAsync(int parts)
    {
        var server = await TestServer.StartReadyAsync(["a"]);
        for (var i = 1; i <= parts; i++) await server.InspectAsync([TestServer.Request("a", (ulong)i, (byte)(i % 2 == 0 ? 250 : 10))]);
        return server;
    }
}
