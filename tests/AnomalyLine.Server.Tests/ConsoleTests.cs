using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AnomalyLine.Server.Tests;

public sealed partial class ConsoleTests
{
    [Fact]
    public async Task StationPage_Filters_ShowWhatTheyName()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        foreach (var (number, grey) in new byte[] { 10, 250, 120, 135 }.Index())
        {
            var request = TestServer.Request("a", (ulong)number, grey);
            request.PartId = $"box-{number}";
            await server.InspectAsync([request]);
        }

        Assert.Equal([4, 3, 2, 1], await ShownAsync(server, ""));
        Assert.Equal([4, 2], await ShownAsync(server, "?show=rejected"));
        Assert.Equal([4, 3], await ShownAsync(server, "?show=near"));
        Assert.Equal([2], await ShownAsync(server, "?part=BOX-1"));
        Assert.Equal([2, 1], await ShownAsync(server, "?before=3"));
        Assert.Empty(await ShownAsync(server, "?until=2001-01-01T00:00"));
        Assert.Contains("No part meets this.", await server.Http.GetStringAsync("/stations/a?part=nothing", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains("No station", await server.Http.GetStringAsync("/stations/z", TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectionPage_Judged_SaysWhyAndLeadsToItsNeighbours()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        for (ulong number = 1; number <= 3; number++)
        {
            var request = TestServer.Request("a", number, (byte)(number == 2 ? 250 : 10));
            request.PartId = "<script>alert(1)</script>";
            await server.InspectAsync([request]);
        }

        var page = await server.Http.GetStringAsync("/stations/a/inspections/2", TestServer.Cancel);
        Assert.Contains("is above the threshold 0.5", page, StringComparison.Ordinal);
        Assert.Contains("href=\"stations/a/inspections/1\" rel=\"prev\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"stations/a/inspections/3\" rel=\"next\"", page, StringComparison.Ordinal);
        Assert.Contains("stations/a/inspections/2/overlay", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("The log has no inspection 9", await server.Http.GetStringAsync("/stations/a/inspections/9", TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_RecentInspection_HoldsFramePicturesAndRecord()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);

        using var answer = await server.Http.GetAsync("/stations/a/inspections/1/evidence.zip", TestServer.Cancel);
        using var missing = await server.Http.GetAsync("/stations/a/inspections/2/evidence.zip", TestServer.Cancel);
        using var narrow = await server.Http.GetAsync("/stations/a/inspections/1/frame?width=3", TestServer.Cancel);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (missing.StatusCode, narrow.StatusCode));
        Assert.Equal("a-1.zip", answer.Content.Headers.ContentDisposition?.FileName);
        await using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(TestServer.Cancel));
        Assert.Equal(["inspection.json", "frame.png", "overlay.jpg", "map.png", "map.json"], zip.Entries.Select(entry => entry.Name));
        await using var record = await zip.GetEntry("inspection.json")!.OpenAsync(TestServer.Cancel);
        using var json = await JsonDocument.ParseAsync(record, cancellationToken: TestServer.Cancel);
        Assert.Equal(("notOk", 1L), (json.RootElement.GetProperty("verdict").GetString(), json.RootElement.GetProperty("sequence").GetInt64()));
    }

    /// <summary>Sequences in the table, in its order.</summary>
    private static async Task<IEnumerable<long>> ShownAsync(TestServer server, string query) =>
        Rows().Matches(await server.Http.GetStringAsync("/stations/a" + query, TestServer.Cancel)).Select(match => long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex("""<td[^>]*><a href="stations/a/inspections/(\d+)">""")]
    private static partial Regex Rows();
}
