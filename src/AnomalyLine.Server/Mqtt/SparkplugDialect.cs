using AnomalyLine.Inspection;
using AnomalyLine.Server.Mqtt.Sparkplug;
using Google.Protobuf;
using MQTTnet;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Mqtt;

/// <summary>Sparkplug B (Eclipse Sparkplug 3.0): the line is an edge node and each station a device of it.</summary>
/// <param name="group">Group id.</param>
/// <param name="node">Edge node id.</param>
/// <param name="newest">A station's newest inspection; null if there is none.</param>
/// <param name="time">Clock of the payloads.</param>
internal sealed class SparkplugDialect(string group, string node, Func<string, InspectionRecord?> newest, TimeProvider time) : IMqttDialect
{
    private const string Rebirth = "Node Control/Rebirth";
    private readonly Dictionary<string, (bool, string, StationMode)> _born = new(StringComparer.Ordinal);

    /// <summary>Number of the connection, which pairs a death with its birth.</summary>
    private byte _connection = byte.MaxValue;
    private byte _next;

    public string Name => "sparkplug";

    public string? CommandTopic => Topic("NCMD");

    public MqttApplicationMessage Will()
    {
        _connection++;
        return Death();
    }

    public MqttApplicationMessage Death() => Message(
        Topic("NDEATH"), new Payload { Timestamp = Now, Metrics = { SparkplugMetric.Of("bdSeq", (long)_connection) } }, MqttQualityOfServiceLevel.AtLeastOnce);

    public bool AsksForBirth(MqttApplicationMessage command)
    {
        try
        {
            return Payload.Parser.ParseFrom(command.Payload).Metrics.Any(metric => metric.Name == Rebirth && metric.BooleanValue);
        }
        catch (InvalidProtocolBufferException)
        {
            // Whatever it is, it asks for nothing that this line knows.
            return false;
        }
    }

    public IEnumerable<MqttApplicationMessage> Birth(IReadOnlyList<StationStatus> stations)
    {
        _born.Clear();
        _next = 0;
        var payload = new Payload { Metrics = { SparkplugMetric.Of("bdSeq", (long)_connection), SparkplugMetric.Of(Rebirth, false) } };
        return States(stations).Prepend(Numbered("NBIRTH", payload));
    }

    public IEnumerable<MqttApplicationMessage> States(IReadOnlyList<StationStatus> stations)
    {
        foreach (var gone in _born.Keys.Except(stations.Select(station => station.Name), StringComparer.Ordinal).ToList())
        {
            _born.Remove(gone);
            yield return Numbered("DDEATH", new Payload(), gone);
        }

        foreach (var station in stations)
        {
            var state = (station.Ready, station.Fault, station.Mode);
            if (!_born.TryGetValue(station.Name, out var before)) yield return Numbered("DBIRTH", new Payload { Metrics = { StateOf(station), PartOf(newest(station.Name)) } }, station.Name);
            else if (before != state) yield return Numbered("DDATA", new Payload { Metrics = { StateOf(station) } }, station.Name);
            _born[station.Name] = state;
        }
    }

    public MqttApplicationMessage Part(InspectionRecord record, bool isHistoric)
    {
        var payload = new Payload { Metrics = { PartOf(record) } };
        var completed = (ulong)record.CompletionTime.ToUnixTimeMilliseconds();
        foreach (var metric in payload.Metrics)
        {
            metric.Timestamp = completed;
            if (isHistoric) metric.IsHistorical = true;
        }

        return Numbered("DDATA", payload, record.Station);
    }

    private static IEnumerable<Metric> StateOf(StationStatus station) =>
        [SparkplugMetric.Of("Ready", station.Ready), SparkplugMetric.Of("Fault", station.Fault), SparkplugMetric.Of("Mode", (int)station.Mode)];

    private static IEnumerable<Metric> PartOf(InspectionRecord? record) =>
    [
        SparkplugMetric.Of("Sequence", (ulong)(record?.Sequence ?? 0)), SparkplugMetric.Of("PartId", record?.PartId ?? ""), SparkplugMetric.Of("ProductId", record?.ProductId ?? ""),
        SparkplugMetric.Of("Pass", record?.Verdict == Verdict.Ok), SparkplugMetric.Of("Evaluation", (int)(record?.Verdict ?? Verdict.Undefined)),
        SparkplugMetric.Of("Score", record?.Score ?? 0), SparkplugMetric.Of("Threshold", record?.Threshold ?? 0),
        SparkplugMetric.Of("ReasonCode", (int)(record?.ReasonCode ?? ReasonCode.Unspecified)), SparkplugMetric.Of("ReasonText", record?.ReasonText ?? ""),
        SparkplugMetric.Of("ModelVersion", record?.ModelVersion ?? ""), SparkplugMetric.Of("RecipeRevision", record?.RecipeRevision ?? 0),
        SparkplugMetric.Of("CaptureTime", record?.CaptureTime), SparkplugMetric.Of("CompletionTime", record?.CompletionTime), SparkplugMetric.Of("ProcessingMs", record?.Timings.TotalMs ?? 0),
    ];

    private MqttApplicationMessage Numbered(string type, Payload payload, string? device = null)
    {
        payload.Timestamp = Now;
        payload.Seq = _next++;
        foreach (var metric in payload.Metrics.Where(metric => !metric.HasTimestamp)) metric.Timestamp = payload.Timestamp;
        return Message(device is null ? Topic(type) : $"{Topic(type)}/{device}", payload, MqttQualityOfServiceLevel.AtMostOnce);
    }

    private ulong Now => (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();

    private string Topic(string type) => $"spBv1.0/{group}/{type}/{node}";

    private static MqttApplicationMessage Message(string topic, Payload payload, MqttQualityOfServiceLevel quality) =>
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload.ToByteArray()).WithQualityOfServiceLevel(quality).Build();
}
