using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Tests.Soak;

/// <summary>What a subscriber gets of 1,000 results a second for a minute, while the broker is killed in between and comes back.</summary>
public sealed class MqttMeasurement(ITestOutputHelper output)
{
    private const int PartsPerSecond = 1_000;
    private static readonly TimeSpan s_duration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_kill = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_outage = TimeSpan.FromSeconds(5);
    private static readonly string[] s_stations = ["a", "b", "c", "d"];

    [Fact(Explicit = true)]
    public async Task Json_AThousandResultsASecondWithTheBrokerKilled_SaysWhatArrives()
    {
        await using var broker = await Mosquitto.StartAsync();
        var port = string.Create(CultureInfo.InvariantCulture, $"--AnomalyLine:Mqtt:Port={broker.Port}");
        await using var server = await TestServer.StartReadyAsync(s_stations, "--AnomalyLine:Mqtt:Host=127.0.0.1", port, "--AnomalyLine:Mqtt:Tls=false");
        using var client = new MqttClientFactory().CreateMqttClient();
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).WithClientId("measurement")
            .WithProtocolVersion(MqttProtocolVersion.V311).WithCleanSession(false).Build();
        var seen = new ConcurrentDictionary<(string, int), int>();
        var (messages, lastMs) = (0, 0L);
        var clock = Stopwatch.StartNew();
        client.ApplicationMessageReceivedAsync += received =>
        {
            var part = JsonNode.Parse(received.ApplicationMessage.ConvertPayloadToString())!;
            var key = ((string)part["station"]!, int.Parse((string)part["sequence"]!, CultureInfo.InvariantCulture));
            if (seen.TryAdd(key, 0)) lastMs = clock.ElapsedMilliseconds;
            Interlocked.Increment(ref messages);
            return Task.CompletedTask;
        };
        await SubscribeAsync();

        clock.Restart();
        var cameras = Task.WhenAll(s_stations.Select(SendAsync));
        await Task.Delay(s_kill, TestServer.Cancel);
        await broker.KillAsync();
        await Task.Delay(s_outage, TestServer.Cancel);
        await broker.RestartAsync();
        await SubscribeAsync();
        var answers = (await cameras).Sum();
        var sent = clock.Elapsed;
        while (seen.Count < answers && clock.Elapsed < 2 * s_duration) await Task.Delay(100, TestServer.Cancel);

        var gaps = s_stations.Sum(station => seen.Keys.Where(key => key.Item1 == station).Select(key => key.Item2).Order().Prepend(0).Aggregate(
            (Last: 0, Gaps: 0), (so, next) => (next, so.Gaps + (next > so.Last + 1 ? 1 : 0))).Gaps);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answers} results in {sent.TotalSeconds:0.0} s, {seen.Count} arrived, {gaps} gaps, {messages - seen.Count} twice; the last new one {(lastMs / 1000.0) - sent.TotalSeconds:0.0} s after the last answer"));
        Assert.Equal((answers, 0), (seen.Count, gaps));

        async Task SubscribeAsync()
        {
            await client.ConnectAsync(options, TestServer.Cancel);
            await client.SubscribeAsync("anomalyline/line/+/inspection", MqttQualityOfServiceLevel.AtLeastOnce, TestServer.Cancel);
        }

        async Task<int> SendAsync(string station)
        {
            using var call = server.Inspections.Inspect(cancellationToken: TestServer.Cancel);
            var reading = ReadAsync();
            var rate = PartsPerSecond / s_stations.Length;
            var begin = clock.Elapsed;
            for (var part = 1; part <= rate * s_duration.TotalSeconds; part++)
            {
                var due = begin + TimeSpan.FromSeconds((double)part / rate);
                if (due > clock.Elapsed) await Task.Delay(due - clock.Elapsed, TestServer.Cancel);
                await call.RequestStream.WriteAsync(TestServer.Request(station, (ulong)part, 10), TestServer.Cancel);
            }

            await call.RequestStream.CompleteAsync();
            return await reading;

            async Task<int> ReadAsync()
            {
                var count = 0;
                while (await call.ResponseStream.MoveNext(TestServer.Cancel)) count++;
                return count;
            }
        }
    }
}
