using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AnomalyLine.Server.Mqtt.Sparkplug;
using Google.Protobuf;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Tests;

/// <summary>Results over MQTT, by the broker that Debian has.</summary>
public sealed class MqttTests
{
    [Fact]
    public async Task Json_Part_IsWhatRestGives()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(broker));
        await using var subscriber = await Subscriber.ConnectAsync(broker, "anomalyline/#");
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);

        var part = JsonNode.Parse((await subscriber.NextAsync("anomalyline/line/a/inspection")).ConvertPayloadToString())!;
        var online = await subscriber.NextAsync("anomalyline/line/online");
        var state = JsonNode.Parse((await subscriber.NextAsync("anomalyline/line/a/state")).ConvertPayloadToString())!;

        var rest = JsonNode.Parse(await server.Http.GetStringAsync("/v1/stations/a/inspections/1", TestServer.Cancel))!["inspection"]!;
        foreach (var field in new[] { "station", "sequence", "partId", "verdict", "reasonCode", "score", "threshold", "modelVersion", "captureTime" })
            Assert.Equal(rest[field]!.ToJsonString(), part[field]!.ToJsonString());
        Assert.Equal(("true", true), (online.ConvertPayloadToString(), online.Retain));
        Assert.Equal(("a", true), ((string)state["name"]!, (bool)state["ready"]!));
    }

    [Fact]
    public async Task Json_BrokerWithTlsAndPassword_IsSpokenToByItsAuthorityAlone()
    {
        await using var broker = await Mosquitto.StartAsync(isGuarded: true);
        var password = Path.Combine(Path.GetDirectoryName(broker.Certificate)!, "password");
        await File.WriteAllTextAsync(password, "wrong\n", TestServer.Cancel);
        string[] settings =
        [
            "--AnomalyLine:Mqtt:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--AnomalyLine:Mqtt:Port={broker.Port}"),
            "--AnomalyLine:Mqtt:User=line", $"--AnomalyLine:Mqtt:PasswordFile={password}",
        ];

        // The broker's certificate is from nobody whom this machine trusts.
        await using (var stranger = await TestServer.StartAsync(settings)) await SaysAsync(stranger, "certificate");
        await using var server = await TestServer.StartReadyAsync(["a"], [.. settings, $"--AnomalyLine:Mqtt:Authority={broker.Certificate}"]);
        await SaysAsync(server, "NotAuthorized");
        await File.WriteAllTextAsync(password, "opaque\n", TestServer.Cancel);
        await using var subscriber = await Subscriber.ConnectAsync(broker, "anomalyline/#", "opaque");
        await InspectAsync(server, 1, 3);
        while (SequenceOf(await subscriber.NextAsync("anomalyline/line/a/inspection")) < 3) { }

        static async Task SaysAsync(TestServer server, string reason)
        {
            while (!server.Log.Messages.Any(message => message.Contains("cannot be published to", StringComparison.Ordinal) && message.Contains(reason, StringComparison.OrdinalIgnoreCase)))
                await Task.Delay(50, TestServer.Cancel);
        }
    }

    [Fact]
    public async Task Json_BrokerKilledAndBack_EverySequenceArrives()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var server = await TestServer.StartReadyAsync(["a"], Settings(broker));
        await using var subscriber = await Subscriber.ConnectAsync(broker, "anomalyline/line/a/inspection");
        await InspectAsync(server, 1, 20);
        var seen = new SortedSet<int>();
        while (seen.Count < 20) seen.Add(SequenceOf(await subscriber.NextAsync("anomalyline/line/a/inspection")));
        await broker.KillAsync();
        await InspectAsync(server, 21, 60);
        await broker.RestartAsync();
        await subscriber.ReconnectAsync();
        await InspectAsync(server, 61, 80);

        while (seen.Count < 80) seen.Add(SequenceOf(await subscriber.NextAsync("anomalyline/line/a/inspection")));

        Assert.Equal(Enumerable.Range(1, 80), seen);
    }

    [Fact]
    public async Task Json_ServerStopped_SaysSoAndGoesOnWhereItWas()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var subscriber = await Subscriber.ConnectAsync(broker, "anomalyline/#");
        await using (var server = await TestServer.StartReadyAsync(["a"], Settings(broker)))
        {
            await InspectAsync(server, 1, 3);
            while (SequenceOf(await subscriber.NextAsync("anomalyline/line/a/inspection")) < 3) { }
            // A further part goes once the server knows that the broker has those before it.
            await InspectAsync(server, 4, 4);
            while (SequenceOf(await subscriber.NextAsync("anomalyline/line/a/inspection")) < 4) { }
            await server.StopAsync();
            Assert.Matches("[34]", await File.ReadAllTextAsync(Path.Combine(server.Folder, "mqtt-json.json"), TestServer.Cancel));
        }

        while ((await subscriber.NextAsync("anomalyline/line/online")).ConvertPayloadToString() != "false") { }
    }

    [Fact]
    public async Task Sparkplug_FromBirthToDeath_IsNumberedAndBornAgainOnCommand()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var subscriber = await Subscriber.ConnectAsync(broker, "spBv1.0/#");
        await using var server = await TestServer.StartReadyAsync(["a"], [.. Settings(broker), "--AnomalyLine:Mqtt:Json=false", "--AnomalyLine:Mqtt:Sparkplug=true"]);
        var birth = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/NBIRTH/line");
        var device = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/DBIRTH/line/a");
        await InspectAsync(server, 1, 3);
        var parts = new List<Payload>();
        while (parts.Count < 3)
        {
            var data = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/DDATA/line/a");
            if (data.Metrics.Any(metric => metric.Name == "Sequence")) parts.Add(data);
        }

        Assert.Equal((0ul, true), (birth.Seq, device.Seq > 0));
        Assert.Contains(birth.Metrics, metric => metric is { Name: "Node Control/Rebirth", BooleanValue: false });
        Assert.Equal([1ul, 2, 3], parts.Select(part => part.Metrics.Single(metric => metric.Name == "Sequence").LongValue));
        Assert.Equal([parts[0].Seq + 1, parts[0].Seq + 2], parts.Skip(1).Select(part => part.Seq));
        Assert.Contains(parts[0].Metrics, metric => metric is { Name: "Threshold", FloatValue: TestServer.Threshold });

        var command = new Payload { Metrics = { new Metric { Name = "Node Control/Rebirth", Datatype = 11, BooleanValue = true } } };
        await subscriber.PublishAsync("spBv1.0/AnomalyLine/NCMD/line", command.ToByteArray());
        var again = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/NBIRTH/line");
        var deviceAgain = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/DBIRTH/line/a");
        await server.StopAsync();
        var death = await subscriber.NextPayloadAsync("spBv1.0/AnomalyLine/NDEATH/line");

        Assert.Equal((0ul, 1ul), (again.Seq, deviceAgain.Seq));
        Assert.Equal(3ul, deviceAgain.Metrics.Single(metric => metric.Name == "Sequence").LongValue);
        Assert.Equal(NumberOf(birth), NumberOf(death));
        Assert.False(death.HasSeq);

        static ulong NumberOf(Payload payload) => payload.Metrics.Single(metric => metric.Name == "bdSeq").LongValue;
    }

    private static string[] Settings(Mosquitto broker) =>
        ["--AnomalyLine:Mqtt:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--AnomalyLine:Mqtt:Port={broker.Port}"), "--AnomalyLine:Mqtt:Tls=false"];

    private static int SequenceOf(MqttApplicationMessage message) =>
        int.Parse((string)JsonNode.Parse(message.ConvertPayloadToString())!["sequence"]!, CultureInfo.InvariantCulture);

    private static async Task InspectAsync(TestServer server, int first, int last)
    {
        for (var part = first; part <= last; part++) await server.InspectAsync([TestServer.Request("a", (ulong)part, 10)]);
    }

    /// <summary>A client that the broker keeps messages for while it is away.</summary>
    private sealed class Subscriber : IAsyncDisposable
    {
        private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
        private readonly ConcurrentDictionary<string, System.Threading.Channels.Channel<MqttApplicationMessage>> _byTopic = new(StringComparer.Ordinal);
        private readonly MqttClientOptions _options;
        private readonly string _topics;

        private Subscriber(Mosquitto broker, string topics, string? password)
        {
            _topics = topics;
            var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).WithClientId("subscriber").WithProtocolVersion(MqttProtocolVersion.V311).WithCleanSession(false);
            if (password is not null) options.WithCredentials("line", password).WithTlsOptions(tls => tls.UseTls().WithTrustChain([X509CertificateLoader.LoadCertificateFromFile(broker.Certificate)]));
            _options = options.Build();
            _client.ApplicationMessageReceivedAsync += received =>
            {
                Of(received.ApplicationMessage.Topic).Writer.TryWrite(received.ApplicationMessage);
                return Task.CompletedTask;
            };
        }

        public static async Task<Subscriber> ConnectAsync(Mosquitto broker, string topics, string? password = null)
        {
            var subscriber = new Subscriber(broker, topics, password);
            await subscriber.ReconnectAsync();
            return subscriber;
        }

        public async Task ReconnectAsync()
        {
            await _client.ConnectAsync(_options, TestServer.Cancel);
            await _client.SubscribeAsync(_topics, MqttQualityOfServiceLevel.AtLeastOnce, TestServer.Cancel);
        }

        public async Task PublishAsync(string topic, byte[] payload) => await _client.PublishBinaryAsync(topic, payload, cancellationToken: TestServer.Cancel);

        public async Task<MqttApplicationMessage> NextAsync(string topic) => await Of(topic).Reader.ReadAsync(TestServer.Cancel);

        public async Task<Payload> NextPayloadAsync(string topic) => Payload.Parser.ParseFrom((await NextAsync(topic)).Payload);

        public async ValueTask DisposeAsync()
        {
            await _client.TryDisconnectAsync();
            _client.Dispose();
        }

        private System.Threading.Channels.Channel<MqttApplicationMessage> Of(string topic) => _byTopic.GetOrAdd(topic, _ => System.Threading.Channels.Channel.CreateUnbounded<MqttApplicationMessage>());
    }
}
