using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Forwarding;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Mqtt;

/// <summary>Results over MQTT: a connection for each dialect that is wanted.</summary>
internal sealed class MqttReceivers(
    AnomalyLineOptions options, LineHost host, DriftWatch drift, TimeProvider time, ILogger<MqttReceivers> logger) : IReceivers
{
    public IEnumerable<(string File, Func<LogCursors, IReceiver> Create)> List()
    {
        var mqtt = options.Mqtt;
        if (!mqtt.Enabled) yield break;
        var line = host.Line;
        if (mqtt.Json) yield return Receiver(new JsonDialect(mqtt.TopicPrefix, mqtt.Name, drift));
        if (mqtt.Sparkplug) yield return Receiver(new SparkplugDialect(mqtt.SparkplugGroup, mqtt.Name, Newest, time));

        InspectionRecord? Newest(string station) => line.Log.ReadBack(station, long.MaxValue, 1) is [var newest] ? newest : null;

        (string, Func<LogCursors, IReceiver>) Receiver(IMqttDialect dialect) =>
            ($"mqtt-{dialect.Name}.json", _ => new MqttReceiver(mqtt, dialect, line, time, logger));
    }
}
