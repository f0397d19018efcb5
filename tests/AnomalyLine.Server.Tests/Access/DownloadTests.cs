using System.Net;
using AnomalyLine.Server.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>What leaves the server is in the audit, with who took it and from where.</summary>
public sealed class DownloadTests
{
    [Fact]
    public async Task Download_OfEachKind_IsAnEntryWithIdentityAndAddress()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await InspectAsync(server, "a");
        var version = server.Get<Management.Models.ModelStore>().List().Single().Version;
        var key = CallsTests.Key(server, "Viewer");
        foreach (var (address, action, subject) in new[]
        {
            ("/stations/a/inspections/1/evidence.zip", "evidence.download", "a"),
            ("/v1/stations/a/inspections.csv?part_id=x", "inspection.download", "a"),
            ("/audit/entries.jsonl", "audit.download", "audit"),
            ($"/models/{version}/file", "model.download", version),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new("Bearer", key) } };
            using var answer = await server.Strangers.SendAsync(request, TestServer.Cancel);
            var text = await answer.Content.ReadAsStringAsync(TestServer.Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {text}");

            var entry = (await EntriesAsync(server))[^1];
            Assert.Equal((action, subject, "key:Viewer"), (entry.Action, entry.Subject, entry.User));
            Assert.Contains("127.0.0.1", entry.Origin, StringComparison.Ordinal);
            if (action == "inspection.download") Assert.Contains("part_id=x", entry.NewValue, StringComparison.Ordinal);
            if (action != "audit.download") continue;
            // The file ends with the entry of its own download, in the form that anchors are read in.
            Assert.EndsWith($"\"hash\":\"{entry.Hash}\"}}\n", text, StringComparison.Ordinal);
            Assert.Equal((int)entry.Sequence, text.Count(c => c == '\n'));
            Assert.StartsWith("{\"sequence\":1,\"time\":\"", text, StringComparison.Ordinal);
        }

        using var stranger = await server.Strangers.GetAsync("/audit/entries.jsonl", TestServer.Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    [Fact]
    public async Task Pictures_TakenOneByOne_AreOneEntryAMinuteForEachCallerAndStation()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartReadyAsync(services => services.AddSingleton(provider => new DownloadLog(provider.GetRequiredService<Management.Audit.AuditLog>(), time)), ["a"]);
        await InspectAsync(server, "a");
        var request = new Wire.GetImageRequest { Station = "a", Sequence = 1, Kind = Wire.ImageKind.Frame };
        foreach (var headers in new[] { CallsTests.As(CallsTests.Key(server, "Viewer")), CallsTests.As(CallsTests.Key(server, "Engineer")) })
            for (var i = 0; i < 5; i++) await server.Inspections.GetImageAsync(request, headers, cancellationToken: TestServer.Cancel);
        time.Advance(TimeSpan.FromMinutes(1));
        await server.Inspections.GetImageAsync(request, CallsTests.As(CallsTests.Key(server, "Viewer")), cancellationToken: TestServer.Cancel);

        Assert.Equal(["key:Viewer", "key:Engineer", "key:Viewer"], (await EntriesAsync(server)).Where(entry => entry.Action == "picture.download").Select(entry => entry.User));
    }

    private static async Task<IReadOnlyList<Wire.AuditEntry>> EntriesAsync(TestServer server) => (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries;

    private static async Task InspectAsync(TestServer server, string station)
    {
        using var call = server.Inspections.Inspect(cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request(station, 1, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
    }
}
