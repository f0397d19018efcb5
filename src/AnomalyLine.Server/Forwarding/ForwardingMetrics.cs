using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace AnomalyLine.Server.Forwarding;

/// <summary>How forwarding goes, by receiver, in the line's meter.</summary>
internal sealed class ForwardingMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _taken;
    private readonly Counter<long> _failed;
    private readonly ConcurrentDictionary<string, Func<long>> _pending = new(StringComparer.Ordinal);

    public ForwardingMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("AnomalyLine");
        _taken = _meter.CreateCounter<long>("anomalyline.forwarding.taken", "{inspection}", "Inspections that a receiver is done with");
        _failed = _meter.CreateCounter<long>("anomalyline.forwarding.failures", "{failure}", "Times that a receiver could not be told");
        _meter.CreateObservableGauge(
            "anomalyline.forwarding.pending",
            () => _pending.Select(receiver => new Measurement<long>(receiver.Value(), new KeyValuePair<string, object?>("receiver", receiver.Key))),
            "{inspection}",
            "Inspections in the log that a receiver does not have yet");
    }

    /// <summary>A receiver is done with an inspection.</summary>
    public void Taken(string receiver) => _taken.Add(1, new KeyValuePair<string, object?>("receiver", receiver));

    /// <summary>A receiver could not be told.</summary>
    public void Failed(string receiver) => _failed.Add(1, new KeyValuePair<string, object?>("receiver", receiver));

    /// <summary>Shows how many are pending, until it is disposed.</summary>
    public IDisposable Watch(string receiver, Func<long> pending)
    {
        _pending[receiver] = pending;
        return new End(() => _pending.TryRemove(receiver, out _));
    }

    public void Dispose() => _meter.Dispose();

    private sealed class End(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
