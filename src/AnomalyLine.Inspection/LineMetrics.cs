using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnomalyLine.Inspection;

/// <summary>The meter "AnomalyLine": counts, queues and times of a line.</summary>
internal sealed class LineMetrics : IDisposable
{
    private static readonly string[] Verdicts = [.. Enum.GetValues<Verdict>().Select(v => v.ToString())];

    private readonly Meter _meter = new("AnomalyLine");
    private readonly Counter<long> _inspections;
    private readonly Counter<long> _uncertainTimes;
    private readonly Counter<long> _logFailures;
    private readonly Counter<long> _cutOffs;
    private readonly Counter<long> _observerFailures;
    private readonly Counter<long> _lateCommits;
    private readonly UpDownCounter<int> _subscribers;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<int> _commitSize;
    private readonly Histogram<double> _stage;

    public LineMetrics()
    {
        _inspections = _meter.CreateCounter<long>("anomalyline.inspections", "{inspection}", "Inspections in the log, by station and verdict");
        _uncertainTimes = _meter.CreateCounter<long>("anomalyline.capture_time.uncertain", "{frame}", "Frames whose capture time is far from the server's clock, by station");
        _logFailures = _meter.CreateCounter<long>("anomalyline.log.failures", "{commit}", "Commits of the log that failed");
        _cutOffs = _meter.CreateCounter<long>("anomalyline.feed.cut_offs", "{subscriber}", "Subscribers cut off because they fell behind");
        _observerFailures = _meter.CreateCounter<long>(
            "anomalyline.observer.failures", "{frame}", "Frames on which an observer failed, by observer; the frames are answered all the same");
        _lateCommits = _meter.CreateCounter<long>(
            "anomalyline.log.late", "{inspection}", "Verdicts that the log took after their deadline, which makes them NotDecidable");
        _subscribers = _meter.CreateUpDownCounter<int>("anomalyline.feed.subscribers", "{subscriber}", "Subscribers of the feed");
        _batchSize = _meter.CreateHistogram<int>("anomalyline.batch.size", "{frame}", "Frames that went through a model together");
        _commitSize = _meter.CreateHistogram<int>("anomalyline.log.commit.size", "{inspection}", "Inspections written by one commit");
        _stage = _meter.CreateHistogram<double>("anomalyline.stage.duration", "s", "Time of a frame in a stage; for detect of a batch, for log and publish of a commit");
    }

    /// <summary>Reports the length of each model's queue whenever somebody measures.</summary>
    public void ObserveQueues(Func<IEnumerable<(string ModelVersion, int Length)>> queues)
        => _meter.CreateObservableGauge(
            "anomalyline.queue.length",
            () => queues().Select(q => new Measurement<int>(q.Length, new KeyValuePair<string, object?>("model", q.ModelVersion))),
            "{frame}",
            "Frames waiting for a model, those being prepared included");

    /// <summary>Reports whether the log was found damaged.</summary>
    public void ObserveDamage(Func<bool> isDamaged) =>
        _meter.CreateObservableGauge("anomalyline.log.damaged", () => isDamaged() ? 1 : 0, description: "1 where the check after the start has found the log damaged");

    public void Inspected(InspectionRecord record)
        => _inspections.Add(1, new TagList { { "station", record.Station }, { "verdict", Verdicts[(int)record.Verdict] } });

    public void Prepared(double milliseconds) => Stage("prepare", milliseconds);

    public void Queued(double milliseconds) => Stage("queue", milliseconds);

    public void Detected(int frames, double milliseconds)
    {
        _batchSize.Record(frames);
        Stage("detect", milliseconds);
    }

    public void Judged(double milliseconds) => Stage("judge", milliseconds);

    public void Committed(int records, TimeSpan duration)
    {
        _commitSize.Record(records);
        Stage("log", duration.TotalMilliseconds);
    }

    /// <summary>From a commit's being durable to its inspections' being with all subscribers.</summary>
    public void Published(TimeSpan duration) => Stage("publish", duration.TotalMilliseconds);

    public void CaptureTimeUncertain(string station) => _uncertainTimes.Add(1, new KeyValuePair<string, object?>("station", station));

    public void LogFailed() => _logFailures.Add(1);

    public void ObserverFailed(string observer) => _observerFailures.Add(1, new KeyValuePair<string, object?>("observer", observer));

    public void LateCommit(int inspections) => _lateCommits.Add(inspections);

    public void Subscribed(int change) => _subscribers.Add(change);

    public void CutOff() => _cutOffs.Add(1);

    public void Dispose() => _meter.Dispose();

    private void Stage(string stage, double milliseconds) => _stage.Record(milliseconds / 1000, new KeyValuePair<string, object?>("stage", stage));
}
