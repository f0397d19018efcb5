using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Mqtt;

/// <summary>Publishes results over MQTT, by a connection for each dialect that is wanted.</summary>
internal sealed class MqttHost(AnomalyLineOptions options, LineHost host, DriftWatch drift, TimeProvider time, ILogger<MqttHost> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var mqtt = options.Mqtt;
        var line = host.Line;
        var dialects = new List<IMqttDialect>();
        if (mqtt.Json) dialects.Add(new JsonDialect(mqtt.TopicPrefix, mqtt.Name, drift));
        if (mqtt.Sparkplug) dialects.Add(new SparkplugDialect(mqtt.SparkplugGroup, mqtt.Name, station => line.Log.ReadBack(station, long.MaxValue, 1) is [var newest] ? newest : null, time));
        return Task.WhenAll(dialects.Select(dialect =>
        {
            var newest = line.Stations.Select(station => KeyValuePair.Create(station.Name, station.LastSequence));
            var cursors = new MqttCursors(Path.Combine(options.DataFolder, $"mqtt-{dialect.Name}.json"), line.Log.Id, newest);
            return new MqttPublisher(mqtt, dialect, line, cursors, time, logger).RunAsync(stoppingToken);
        }));
    }
}
