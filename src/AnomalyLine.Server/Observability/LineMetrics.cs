using System.Diagnostics.Metrics;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.OpcUaGateway;

namespace AnomalyLine.Server.Observability;

/// <summary>The line's metrics, all named anomalyline.*.</summary>
internal sealed class LineMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "AnomalyLine";

    private readonly LineHost _host;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;

    public LineMetrics(LineHost host, GatewaySupervisor gateway, IMeterFactory meters)
    {
        _host = host;
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateHistogram<double>("anomalyline.inspection.duration", "s", "Time of an inspection, by stage.");
        _batchSize = _meter.CreateHistogram<int>("anomalyline.batch.size", "{frame}", "Frames that went through the model together.");
        _meter.CreateObservableCounter("anomalyline.inspections", ReadCounters, "{inspection}", "Inspections by station and verdict.");
        _meter.CreateObservableGauge("anomalyline.queue.length", () => Read(station => station.QueueLength), "{frame}", "Frames waiting for the station's model.");
        _meter.CreateObservableGauge("anomalyline.station.ready", () => Read(station => station.Ready ? 1 : 0), description: "1 while frames are judged.");
        _meter.CreateObservableGauge(
            "anomalyline.opcua.gateway.running", () => gateway.State.Status == GatewayStatus.Running ? 1 : 0, description: "1 while OPC UA clients can connect.");
        _meter.CreateObservableCounter("anomalyline.opcua.gateway.restarts", () => gateway.State.Restarts, "{restart}", "Times that the gateway was started again.");
    }

    /// <summary>Counts one answered frame.</summary>
    public void Record(InspectionRecord record)
    {
        var station = new KeyValuePair<string, object?>("station", record.Station);
        var timings = record.Timings;
        Stage("prepare", timings.PrepareMs);
        Stage("queue", timings.QueueMs);
        Stage("detect", timings.DetectMs);
        Stage("judge", timings.JudgeMs);
        Stage("log", timings.LogMs);
        Stage("total", timings.TotalMs);
        if (timings.BatchSize > 0) _batchSize.Record(timings.BatchSize, station);

        void Stage(string name, double milliseconds) => _duration.Record(milliseconds / 1000, station, new KeyValuePair<string, object?>("stage", name));
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Read(Func<StationStatus, int> value) =>
        _host.Stations.Select(station => new Measurement<int>(value(station), new KeyValuePair<string, object?>("station", station.Name)));

    private IEnumerable<Measurement<long>> ReadCounters()
    {
        foreach (var station in _host.Stations)
        {
            yield return Of(station, "ok", station.Counters.Ok);
            yield return Of(station, "not_ok", station.Counters.NotOk);
            yield return Of(station, "not_decidable", station.Counters.NotDecidable);
        }

        static Measurement<long> Of(StationStatus station, string verdict, long count) =>
            new(count, new KeyValuePair<string, object?>("station", station.Name), new KeyValuePair<string, object?>("verdict", verdict));
    }
}
