using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Grpc;
using Google.Protobuf;
using MQTTnet;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Mqtt;

/// <summary>
/// Plain JSON for a unified namespace, each message at least once: PREFIX/NAME/online (retained, also the will), PREFIX/NAME/STATION/inspection,
/// and PREFIX/NAME/STATION/state (retained). The objects are those of the REST interface.
/// </summary>
internal sealed class JsonDialect(string prefix, string name, DriftWatch drift) : IMqttDialect
{
    private static readonly JsonFormatter s_json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private readonly Dictionary<string, (bool, string, StationMode, string, int)> _told = new(StringComparer.Ordinal);

    public string Name => "json";

    public string? CommandTopic => null;

    public MqttApplicationMessage Will() => Online(false);

    public MqttApplicationMessage Death() => Online(false);

    public bool AsksForBirth(MqttApplicationMessage command) => false;

    public IEnumerable<MqttApplicationMessage> Birth(IReadOnlyList<StationStatus> stations)
    {
        _told.Clear();
        return States(stations).Prepend(Online(true));
    }

    public IEnumerable<MqttApplicationMessage> States(IReadOnlyList<StationStatus> stations)
    {
        foreach (var station in stations)
        {
            var state = (station.Ready, station.Fault, station.Mode, station.ProductId, station.Recipe?.Revision ?? 0);
            if (_told.TryGetValue(station.Name, out var before) && before == state) continue;
            _told[station.Name] = state;
            yield return Message($"{station.Name}/state", s_json.Format(station.ToWire(drift)), isRetained: true);
        }
    }

    public MqttApplicationMessage Part(InspectionRecord record, bool isHistoric) => Message($"{record.Station}/inspection", s_json.Format(record.ToWire()), isRetained: false);

    private MqttApplicationMessage Online(bool isOnline) => Message("online", isOnline ? "true" : "false", isRetained: true);

    private MqttApplicationMessage Message(string topic, string json, bool isRetained) => new MqttApplicationMessageBuilder()
        .WithTopic($"{prefix}/{name}/{topic}").WithPayload(json).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainFlag(isRetained).Build();
}
