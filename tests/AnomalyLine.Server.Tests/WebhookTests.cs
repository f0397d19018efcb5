using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Tests;

/// <summary>Rejects and alarms as signed webhooks, by a receiver that reads HTTP by hand.</summary>
public sealed class WebhookTests : IDisposable
{
    private const byte Good = 10, Bad = 250;
    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-webhooks-").FullName;

    private string SecretFile
    {
        get
        {
            var file = Path.Combine(_folder, "secret");
            if (!File.Exists(file)) File.WriteAllText(file, $"whsec_{Convert.ToBase64String(s_secret)}\n");
            return file;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Reject_IsToldSignedWithWhatRestGives()
    {
        await using var listener = new WebhookListener();
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false"));
        await InspectAsync(server, (1, Good), (2, Bad), (3, Good), (4, Bad));

        var first = await listener.NextAsync();
        var second = await listener.NextAsync();

        var body = JsonNode.Parse(first.Body)!;
        Assert.Equal("POST /hook?x=1 HTTP/1.1", first.Request);
        Assert.Equal(("application/json; charset=utf-8", "inspection.rejected"), (first.Headers["Content-Type"], (string)body["type"]!));
        var rest = JsonNode.Parse(await server.Http.GetStringAsync("/v1/stations/a/inspections/2", TestServer.Cancel))!["inspection"]!;
        foreach (var field in new[] { "station", "sequence", "partId", "verdict", "reasonCode", "score", "threshold", "modelVersion", "completionTime" })
            Assert.Equal(rest[field]!.ToJsonString(), body["data"]![field]!.ToJsonString());
        Assert.Equal((2, 4), (SequenceOf(first), SequenceOf(second)));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(Sign(s_secret, first), first.Headers["webhook-signature"]);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(first.Headers["webhook-timestamp"], CultureInfo.InvariantCulture)), DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task Secret_TwoInItsFile_EventsAreSignedWithBoth()
    {
        var next = RandomNumberGenerator.GetBytes(32);
        await using var listener = new WebhookListener();
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false"));
        await File.AppendAllTextAsync(SecretFile, $"whsec_{Convert.ToBase64String(next)}\n", TestServer.Cancel);
        await InspectAsync(server, (1, Bad));

        var received = await listener.NextAsync();

        Assert.Equal($"{Sign(s_secret, received)} {Sign(next, received)}", received.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Receiver_KilledAndBack_IsToldOfEveryReject()
    {
        await using var listener = new WebhookListener();
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false"));
        await InspectAsync(server, (1, Bad), (2, Bad));
        var seen = new SortedSet<int> { SequenceOf(await listener.NextAsync()), SequenceOf(await listener.NextAsync()) };
        await listener.KillAsync();

        // A receiver that is away holds up nobody.
        await InspectAsync(server, [.. Enumerable.Range(3, 40).Select(part => (part, part % 2 == 0 ? Good : Bad))]);
        listener.Start();

        while (seen.Count < 22) seen.Add(SequenceOf(await listener.NextAsync()));
        Assert.Equal([1, 2, .. Enumerable.Range(3, 40).Where(part => part % 2 == 1)], seen);
        Assert.Contains("anomalyline_forwarding_failures_total{", await server.Http.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains(server.Log.Messages, message => message.Contains("Webhook quality", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_StoppedWhileTheReceiverIsAway_TellsItAfterItsRestart()
    {
        await using var listener = new WebhookListener();
        string folder;
        var kept = Path.Combine(_folder, "kept");
        await using (var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false")))
        {
            folder = server.Folder;
            await InspectAsync(server, (1, Bad));
            Assert.Equal(1, SequenceOf(await listener.NextAsync()));
            await listener.KillAsync();
            await InspectAsync(server, (2, Bad), (3, Good), (4, Bad));
            await server.StopAsync();
            CopyFolder(folder, kept);
        }

        listener.Start();
        await using var again = await TestServer.StartAsync([.. Settings(listener, "Alarms=false"), $"--AnomalyLine:DataFolder={kept}"]);

        Assert.Equal((2, 4), (SequenceOf(await listener.NextAsync()), SequenceOf(await listener.NextAsync())));
    }

    [Fact]
    public async Task Receiver_ThatAnswersWithAnError_GetsTheSameEventAgain()
    {
        var refusals = 2;
        await using var listener = new WebhookListener
        {
            Answer = _ => refusals-- > 0 ? "503 Service Unavailable\r\nRetry-After: 1\r\n" : "200 OK\r\n",
        };
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false"));
        await InspectAsync(server, (1, Bad), (2, Bad));

        var received = new[] { await listener.NextAsync(), await listener.NextAsync(), await listener.NextAsync(), await listener.NextAsync() };

        Assert.Equal([1, 1, 1, 2], received.Select(SequenceOf));
        Assert.Equal(2, received.Select(one => one.Id).Distinct().Count());
        Assert.All(received, one => Assert.Equal(Sign(s_secret, one), one.Headers["webhook-signature"]));
    }

    [Fact]
    public async Task Receiver_ThatSendsElsewhere_IsNotFollowed()
    {
        await using var elsewhere = new WebhookListener();
        await using var listener = new WebhookListener
        {
            Answer = _ => string.Create(CultureInfo.InvariantCulture, $"307 Temporary Redirect\r\nLocation: http://127.0.0.1:{elsewhere.Port}/\r\n"),
        };
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(listener, "Alarms=false"));
        await InspectAsync(server, (1, Bad));

        Assert.Equal((1, 1), (SequenceOf(await listener.NextAsync()), SequenceOf(await listener.NextAsync())));
        Assert.False(elsewhere.HasReceived);
    }

    [Fact]
    public async Task Receiver_WithTls_IsToldByItsAuthorityAlone()
    {
        var (certificate, key) = TestCertificate.Write(_folder);
        using var own = X509Certificate2.CreateFromPemFile(certificate, key);
        await using var listener = new WebhookListener(own);
        string[] settings = [.. Settings(listener, "Alarms=false").Select(setting => setting.Replace("http://", "https://", StringComparison.Ordinal))];
        await using (var stranger = await TestServer.StartReadyAsync(["a"], settings))
        {
            await InspectAsync(stranger, (1, Bad));
            while (!stranger.Log.Messages.Any(message => message.Contains("certificate", StringComparison.Ordinal))) await Task.Delay(50, TestServer.Cancel);
        }

        await using var server = await TestServer.StartReadyAsync(["a"], [.. settings, $"--AnomalyLine:Webhooks:quality:Authority={certificate}"]);
        await InspectAsync(server, (1, Good), (2, Bad));

        Assert.Equal(2, SequenceOf(await listener.NextAsync()));
    }

    [Fact]
    public async Task Alarm_OfAStationThatDoesNotJudge_IsRaisedAndCleared()
    {
        await using var listener = new WebhookListener();
        await using var server = await TestServer.StartReadyAsync([], Settings(listener, "Rejects=false"));
        await server.Stations.CreateStationAsync(new() { Name = "press-1" }, cancellationToken: TestServer.Cancel);
        var raised = await listener.NextAsync();
        await server.ActivateAsync("press-1", await server.UploadAsync("another"));
        var cleared = await listener.NextAsync();

        Assert.Equal(("alarm.raised", "press-1", "NotReady"), AlarmIn(raised));
        Assert.Equal(("alarm.cleared", "press-1", "NotReady"), AlarmIn(cleared));
        Assert.NotEmpty((string)JsonNode.Parse(raised.Body)!["data"]!["message"]!);
        Assert.NotEqual(raised.Id, cleared.Id);
        Assert.Equal(Sign(s_secret, raised), raised.Headers["webhook-signature"]);

        static (string, string, string) AlarmIn(WebhookListener.Received received) => JsonNode.Parse(received.Body)! is var body
            ? ((string)body["type"]!, (string)body["data"]!["station"]!, (string)body["data"]!["alarm"]!) : default;
    }

    [Theory]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("192.168.0.7", false, true)]
    [InlineData("2001:db8::7", false, true)]
    [InlineData("fd00::7", false, true)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("::1", true, true)]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.8.9.1", false, false)]
    [InlineData("::1", false, false)]
    [InlineData("::ffff:127.0.0.1", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", true, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("224.0.0.251", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("ff02::1", false, false)]
    public void Address_OfAReceiver_MayBeCalled(string address, bool isLocal, bool expected) =>
        Assert.Equal(expected, WebhookOptions.MayBeCalled(IPAddress.Parse(address), isLocal));

    [Fact]
    public void Settings_ThatAreWrong_AreAllNamed()
    {
        var brief = Path.Combine(_folder, "brief");
        File.WriteAllText(brief, "short\n");
        var errors = new[]
        {
            new WebhookOptions { Url = "http://mes.plant.example/hook", SecretFile = SecretFile },
            new WebhookOptions { Url = "https://user@mes.plant.example/", SecretFile = brief },
            new WebhookOptions { Url = "https://169.254.169.254/latest", SecretFile = Path.Combine(_folder, "none") },
            new WebhookOptions { Url = "mes", Rejects = false, Alarms = false, Timeout = TimeSpan.Zero, Authority = Path.Combine(_folder, "none") },
        }.SelectMany(webhook => webhook.Validate("mes")).Concat(new WebhookOptions { Url = "https://mes.plant.example/", SecretFile = SecretFile }.Validate("Mes 1")).ToList();

        var expected = new[]
        {
            "mes:Url would", "mes:Url holds", "mes:SecretFile cannot", "mes:Url leads", "mes:SecretFile cannot", "mes:Url is", "mes:Rejects and", "mes:Timeout is",
            "mes:SecretFile is", "mes:Authority cannot", "Mes 1 is",
        };
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(expected.Zip(errors), pair => Assert.StartsWith(pair.First + " ", pair.Second, StringComparison.Ordinal));
    }

    private static string Sign(byte[] secret, WebhookListener.Received received) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{received.Id}.{received.Headers["webhook-timestamp"]}.{received.Body}")))}";

    private static int SequenceOf(WebhookListener.Received received) => int.Parse((string)JsonNode.Parse(received.Body)!["data"]!["sequence"]!, CultureInfo.InvariantCulture);

    private static async Task InspectAsync(TestServer server, params (int Part, byte Brightness)[] parts)
    {
        foreach (var (part, brightness) in parts)
        {
            var answer = Assert.Single(await server.InspectAsync([TestServer.Request("a", (ulong)part, brightness)]));
            Assert.Equal((ulong)part, answer.RequestId);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private string[] Settings(WebhookListener listener, params string[] more) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"--AnomalyLine:Webhooks:quality:Url=http://127.0.0.1:{listener.Port}/hook?x=1"),
        $"--AnomalyLine:Webhooks:quality:SecretFile={SecretFile}", .. more.Select(setting => $"--AnomalyLine:Webhooks:quality:{setting}"),
    ];
}
