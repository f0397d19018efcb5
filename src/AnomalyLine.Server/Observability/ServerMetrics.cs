using System.Diagnostics.Metrics;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.OpcUaGateway;
using AnomalyLine.Server.Syslog;

namespace AnomalyLine.Server.Observability;

/// <summary>What the server adds to the line's own metrics, in the same meter.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "AnomalyLine";

    /// <summary>Name of the time from arrival to answer.</summary>
    public const string AnswerDuration = "anomalyline.answer.duration";

    private readonly Meter _meter;
    private readonly Histogram<double> _answer;
    private readonly Counter<long> _refused;

    public ServerMetrics(LineHost host, GatewaySupervisor gateway, MemoryBudget memory, Decoders decoders, SyslogForwarder syslog, IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _answer = _meter.CreateHistogram<double>(AnswerDuration, "s", "From a frame's arrival to its answer's being ready");
        _refused = _meter.CreateCounter<long>("anomalyline.frames.refused", "{message}", "Messages of camera streams that were too large or no messages, by reason");
        _meter.CreateObservableGauge(
            "anomalyline.station.ready",
            () => host.Stations.Select(station => new Measurement<int>(station.Ready ? 1 : 0, new KeyValuePair<string, object?>("station", station.Name))),
            description: "1 while frames are judged");
        _meter.CreateObservableGauge(
            "anomalyline.opcua.gateway.running", () => gateway.State.Status == GatewayStatus.Running ? 1 : 0, description: "1 while OPC UA clients can connect");
        _meter.CreateObservableCounter("anomalyline.opcua.gateway.restarts", () => gateway.State.Restarts, "{restart}", "Times that the gateway was started again");
        _meter.CreateObservableCounter(
            "anomalyline.opcua.gateway.failures", () => gateway.State.Failures, "{failure}", "Times that the gateway ended by itself, or hung and was ended");
        _meter.CreateObservableCounter("anomalyline.decoder.failures", () => decoders.Failures, "{process}", "Times that a process which decodes frames ended, or was ended");
        _meter.CreateObservableGauge("anomalyline.memory.used", () => memory.Used, "By", "Memory of the server that its budget counts");
        _meter.CreateObservableGauge("anomalyline.memory.budget", () => memory.Most, "By", "Memory that the server may take");
        _meter.CreateObservableGauge("anomalyline.memory.in.flight", () => memory.InFlight, "By", "Frames and messages that are being read or judged");
        _meter.CreateObservableGauge("anomalyline.memory.short", () => memory.IsShort ? 1 : 0, description: "1 while new work is refused because memory is short");
        _meter.CreateObservableCounter("anomalyline.memory.refused", () => memory.Refusals, "{request}", "Frames and calls that were refused because memory was short");
        _meter.CreateObservableGauge("anomalyline.audit.forwarding.pending", () => syslog.Lag.Entries, "{entry}", "Entries of the audit that the collector of syslog does not surely have");
        _meter.CreateObservableGauge("anomalyline.audit.forwarding.lag", () => syslog.Waits.TotalSeconds, "s", "For how long the oldest of these entries waits");
        _meter.CreateObservableGauge("anomalyline.tensors.live", () => TorchEngine.LiveTensors, "{tensor}", "Tensors that are alive; flat over time where none leaks");
        _meter.CreateObservableGauge("anomalyline.card.memory.used", () => CardUsage.Read().Select(card => Of(card.UsedBytes, "card", card.Device)), "By", "Memory of a card that is used, by this process and others");
        _meter.CreateObservableGauge("anomalyline.card.utilisation", () => CardUsage.Read().Select(card => Of(card.UtilisationPercent / 100.0, "card", card.Device)), "1", "Share of the last moments in which a card computed");
        _meter.CreateObservableCounter(
            "anomalyline.card.time",
            () => new[] { Of(CardTimes.Upload.TotalSeconds, "stage", "upload"), Of(CardTimes.Compute.TotalSeconds, "stage", "compute"), Of(CardTimes.Download.TotalSeconds, "stage", "download") },
            "s",
            "What batches on cards have taken: frames over, the graph, maps and scores back");
        _meter.CreateObservableCounter("anomalyline.card.batches", () => CardTimes.Batches, "{batch}", "Batches on cards");

        static Measurement<T> Of<T>(T value, string label, object of)
            where T : struct => new(value, new KeyValuePair<string, object?>(label, of));
    }

    /// <summary>Counts one answered frame.</summary>
    public void Answered(InspectionRecord record) => _answer.Record(record.Timings.TotalMs / 1000, new KeyValuePair<string, object?>("station", record.Station));

    /// <summary>Counts one message that cannot be judged.</summary>
    /// <param name="reason">A stable word.</param>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
