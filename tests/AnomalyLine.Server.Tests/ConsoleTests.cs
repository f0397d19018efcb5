using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Console;
using AnomalyLine.Server.Pictures;

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
    public async Task ModelsPage_Certificate_SaysTheAverageAndWhatThisThresholdKeepsTo()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);

        var page = await server.Http.GetStringAsync("/models", TestServer.Cancel);

        Assert.Contains("at most 5 % of good parts are rejected, shown on 20 of them; with this very threshold at most 14 %, with 95 % confidence", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SystemPage_RefusedOpcUaClient_SaysWhoItIsFromWhereWhenAndWhy()
    {
        await using var server = await TestServer.StartAsync();
        var pki = Path.Combine(server.Folder, "pki");
        Directory.CreateDirectory(Path.Combine(pki, "trusted", "certs"));
        Directory.CreateDirectory(Path.Combine(pki, "rejected"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=line-plc, O=Plant", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("urn:line-plc:s7"));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2025, 4, 2, 0, 0, 0, TimeSpan.Zero));
        await File.WriteAllTextAsync(Path.Combine(pki, "rejected", "plc.pem"), certificate.ExportCertificatePem(), TestServer.Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(pki, "refusals.json"),
            $$"""[{"thumbprint":"{{certificate.Thumbprint}}","subject":"CN=line-plc","first":"2025-05-03T10:00:00.000Z","last":"2025-06-04T11:30:00.000Z","count":7,"address":"10.1.2.3","reason":"it expired 2025-04-02"}]""",
            TestServer.Cancel);

        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/system", TestServer.Cancel));

        foreach (var shown in new[] { "waits for trust", "O=Plant", "urn:line-plc:s7", certificate.Thumbprint, "it expired 2025-04-02", "from 10.1.2.3, 7 times" })
        {
            Assert.Contains(shown, page, StringComparison.Ordinal);
        }

        Assert.Matches(@"<td>[^<]*2024[^<]* – [^<]*2025[^<]*</td>", page);
        Assert.Matches("7 times, [^<]*2025[^<]* 10:00 UTC to [^<]*2025[^<]* 11:30 UTC<", page);
    }

    [Theory]
    [InlineData(3600, "60 min ahead of")]
    [InlineData(-7200, "2 h behind")]
    public async Task LinePage_CameraWhoseClockIsWrong_TileAndMetricSaySo(int seconds, string shown)
    {
        var station = $"clock{seconds}";
        await using var server = await TestServer.StartReadyAsync([station]);
        var request = TestServer.Request(station, 1, 10);
        request.Frame.CaptureTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddSeconds(seconds));

        Assert.True(Assert.Single(await server.InspectAsync([request])).Inspection.CaptureTimeUncertain);

        Assert.Contains(shown, await server.Http.GetStringAsync("/", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains(shown, await server.Http.GetStringAsync($"/stations/{station}", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Matches($$"""anomalyline_capture_time_uncertain_total\{[^}]*station="{{station}}"\} 1""", await server.Http.GetStringAsync("/metrics", TestServer.Cancel));
        Assert.Single(server.Log.Messages, line => line.StartsWith($"Station {station}: a frame says that it was captured at ", StringComparison.Ordinal));
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

    [Fact]
    public async Task SamplesAndAudit_PartThatWasNotOk_IsToReviewAndItsApprovalIsNoted()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);
        var page = "";
        while (!page.Contains("1 of 1<", StringComparison.Ordinal)) page = await server.Http.GetStringAsync("/samples?station=a", TestServer.Cancel);

        Assert.Contains("samples/1/picture", page, StringComparison.Ordinal);
        Assert.Contains("Defect?", page, StringComparison.Ordinal);
        using var picture = await server.Http.GetAsync("/samples/1/picture", TestServer.Cancel);
        using var missing = await server.Http.GetAsync("/samples/9/picture", TestServer.Cancel);
        Assert.Equal(("image/png", HttpStatusCode.NotFound), (picture.Content.Headers.ContentType?.MediaType, missing.StatusCode));

        await server.Samples.ReviewSamplesAsync(new() { Ids = { 1 }, State = Contracts.V1.SampleState.Approved }, cancellationToken: TestServer.Cancel);
        Assert.Contains("Nothing to review", await server.Http.GetStringAsync("/samples", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains("✕ Defect", WebUtility.HtmlDecode(await server.Http.GetStringAsync("/samples?state=approved", TestServer.Cancel)), StringComparison.Ordinal);
        var audit = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/audit?check=true&text=review", TestServer.Cancel));
        Assert.Contains("sample.review", audit, StringComparison.Ordinal);
        Assert.Contains("✓ Whole", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("station.create", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_WithoutSamples_SaysSoAndAGateThatIsNotThereIsNotFound()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var page = await server.Http.GetStringAsync("/training", TestServer.Cancel);
        Assert.Contains("0 approved normal parts", page, StringComparison.Ordinal);
        Assert.Contains("None yet.", page, StringComparison.Ordinal);
        Assert.Contains("No comparison of none", await server.Http.GetStringAsync("/stations/a/models/none/gate", TestServer.Cancel), StringComparison.Ordinal);
        foreach (var part in new[] { "document", "pictures/0" })
        {
            using var gate = await server.Http.GetAsync($"/stations/a/models/none/gate/{part}", TestServer.Cancel);
            Assert.Equal(HttpStatusCode.NotFound, gate.StatusCode);
        }
    }

    [Fact]
    public async Task System_WithoutAGateway_SaysThatNoClientWaits()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var page = await server.Http.GetStringAsync("/system", TestServer.Cancel);
        Assert.Contains("No client has shown a certificate yet", page, StringComparison.Ordinal);
        Assert.Contains("MiB", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SayAsync_FalseReject_BecomesAnApprovedNormal()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);
        var feedback = server.Get<Feedback>();

        var said = (await feedback.SayAsync("a", 1, SampleLabel.Normal, "", "clean", null, Ann, TestServer.Cancel)).Value;
        Assert.Equal((SampleState.Approved, SampleLabel.Normal, 1L), (said.State, said.Label, said.Sequence));
        Assert.Equal(LineErrorCode.SampleChanged, (await feedback.SayAsync("a", 1, SampleLabel.Anomalous, "scratch", "", null, Ann, TestServer.Cancel)).Error?.Code);
        Assert.Equal(said.Id, (await feedback.SayAsync("a", 1, SampleLabel.Anomalous, "Kratzer groß", "", said, Ann, TestServer.Cancel)).Value.Id);
        Assert.Equal(LineErrorCode.InspectionNotFound, (await feedback.SayAsync("a", 2, SampleLabel.Normal, "", "", null, Ann, TestServer.Cancel)).Error?.Code);
        var history = (await server.Get<ReviewHistory>().ListAsync(said.Id, TestServer.Cancel)).Value;
        Assert.Equal([("Kratzer groß", ""), ("", "clean")], history.Select(entry => (entry.Defect, entry.Comment)));
    }

    [Fact]
    public async Task Make_SmallPictureForMany_IsMadeOnceAndOnlySoManyAreKept()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250), TestServer.Request("a", 2, 250)]);
        var pictures = server.Get<PictureMaker>();

        var first = pictures.Make("a", 1, PictureKind.Overlay, 480)!;
        Assert.Same(first, pictures.Make("a", 1, PictureKind.Overlay, 480));
        Assert.NotSame(first, pictures.Make("a", 2, PictureKind.Overlay, 480));
        Assert.NotSame(first, pictures.Make("a", 1, PictureKind.Frame, 480));
        Assert.NotSame(pictures.Make("a", 1, PictureKind.Overlay, 800), pictures.Make("a", 1, PictureKind.Overlay, 800));
        for (var width = 64; width < 64 + PictureMaker.MostKept; width++) pictures.Make("a", 2, PictureKind.Overlay, width);
        Assert.NotSame(first, pictures.Make("a", 1, PictureKind.Overlay, 480));
        Assert.Null(pictures.Make("a", 3, PictureKind.Overlay, 480));
    }

    [Fact]
    public async Task NewestShared_ManyPages_SearchTheLogOnceAndMissNothing()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 10)]);
        var recent = server.Get<RecentInspections>();

        var first = recent.NewestShared("a", 100, 1);
        Assert.Same(first, recent.NewestShared("a", 100, 1));
        Assert.Equal([1L], first.Found.Records.Select(record => record.Sequence));
        await server.InspectAsync([TestServer.Request("a", 2, 10)]);
        NewestParts later;
        do later = recent.NewestShared("a", 100, 2);
        while (later.LastSequence < 2);
        Assert.Equal([2L, 1], later.Found.Records.Select(record => record.Sequence));
        Assert.Same(recent.LookShared().Stations, recent.LookShared().Stations);
    }

    [Fact]
    public async Task JobLog_OfAJobAndOfNone_IsAFileOrNotFound()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var job = (await server.Training.StartJobAsync(new() { Order = new() { Station = "a", Method = "fair" } }, cancellationToken: TestServer.Cancel)).Job;
        using var watch = server.Training.WatchJob(new() { Id = job.Id }, cancellationToken: TestServer.Cancel);
        while (await watch.ResponseStream.MoveNext(TestServer.Cancel)) job = watch.ResponseStream.Current.Job;

        using var log = await server.Http.GetAsync($"/training/jobs/{job.Id}/log", TestServer.Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/plain", $"job-{job.Id}.log"), (log.StatusCode, log.Content.Headers.ContentType?.MediaType, log.Content.Headers.ContentDisposition?.FileName));
        Assert.Contains("has no approved normal to train on", await log.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
        foreach (var path in new[] { "/training/jobs/99/log", "/training/jobs/0/log", "/training/jobs/..%2f1/log", "/training/jobs/1%2f..%2f..%2fusers/log" })
        {
            using var missing = await server.Http.GetAsync(path, TestServer.Cancel);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync($"/training/jobs/{job.Id}", TestServer.Cancel));
        Assert.Contains("Why it failed:", page, StringComparison.Ordinal);
        Assert.Contains("has no approved normal to train on", page, StringComparison.Ordinal);
    }

    private static Caller Ann => new("ann", "console");

    /// <summary>Sequences in the table, in its order.</summary>
    private static async Task<IEnumerable<long>> ShownAsync(TestServer server, string query) =>
        Rows().Matches(await server.Http.GetStringAsync("/stations/a" + query, TestServer.Cancel)).Select(match => long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex("""<td[^>]*><a href="stations/a/inspections/(\d+)[?"]""")]
    private static partial Regex Rows();
}
