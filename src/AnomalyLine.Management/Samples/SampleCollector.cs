using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Samples;

/// <summary>
/// Keeps frames of the running line as samples. The line's side only chooses and puts into a queue that is bounded in bytes; one worker encodes and stores,
/// with a bounded share of one core. What does not fit is left out and counted: the line never waits for it (docs/adr/0016-collecting-samples.md).
/// </summary>
public sealed partial class SampleCollector : IAsyncDisposable
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(1);

    private readonly SampleStore _samples;
    private readonly ManagementDatabase _database;
    private readonly ManagementOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, StationCollection> _stations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CollectionPolicy> _policies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _retained = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Meter _meter = new("AnomalyLine");
    private readonly Counter<long> _kept;
    private readonly Counter<long> _dropped;
    private readonly Task _worker;
    private long _waitingBytes;
    private long _droppedCount;
    private volatile bool _loaded;
    private volatile string _fault = "";

    /// <summary>Starts the worker.</summary>
    public SampleCollector(SampleStore samples, ManagementDatabase database, ManagementOptions options, TimeProvider time, ILogger<SampleCollector> logger)
    {
        (_samples, _database, _options, _time, _logger) = (samples, database, options, time, logger);
        _kept = _meter.CreateCounter<long>("anomalyline.samples.kept", "{sample}", "Frames kept as samples, by station and reason");
        _dropped = _meter.CreateCounter<long>("anomalyline.samples.dropped", "{frame}", "Frames that were chosen but not kept, by station and cause: queue, failed");
        _meter.CreateObservableGauge("anomalyline.samples.fault", () => _fault.Length > 0 || _database.Fault.Length > 0 ? 1 : 0, description: "1 while no samples can be kept; the line runs on");
        _worker = Task.Run(RunAsync);
    }

    /// <summary>Why the last frame could not be kept; empty where it was.</summary>
    public string Fault => _fault;

    /// <summary>Frames that were chosen but not kept since the start.</summary>
    public long Dropped => Interlocked.Read(ref _droppedCount);

    /// <summary>Looks at a frame of the line; to be called in log order by one thread at a time. Never waits, never throws.</summary>
    /// <returns>Whether it keeps the frame.</returns>
    public bool Offer(EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var station = item.Record.Station;
        if (!_stations.TryGetValue(station, out var collection)) _stations[station] = collection = new StationCollection();
        var isKept = false;
        foreach (var (chosen, reason) in collection.Offer(item, PolicyOf(station)))
        {
            var bytes = chosen.Frame.Data.Length;
            if (Interlocked.Add(ref _waitingBytes, bytes) > _options.CollectorQueueBytes || !_queue.Writer.TryWrite(new Waiting(chosen, reason)))
            {
                Interlocked.Add(ref _waitingBytes, -bytes);
                Drop(station, "queue");
            }
            else
            {
                isKept |= ReferenceEquals(chosen, item);
            }
        }

        return isKept || collection.Holds(item);
    }

    /// <summary>Takes the policies that the database has. Where that is away, the worker does it before the first frame that it keeps.</summary>
    public async Task LoadPoliciesAsync(CancellationToken cancellation)
    {
        var stored = await _database.ReadAsync<List<CollectionPolicy>>(async (context, cancel) => await context.Set<CollectionPolicy>().ToListAsync(cancel), cancellation);
        if (!stored.TryGet(out var policies, out _)) return;
        foreach (var policy in policies) Follow(policy);
        _loaded = true;
    }

    /// <summary>Takes a changed policy from the next frame on.</summary>
    public void Follow(CollectionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _policies[policy.Station] = policy;
        _retained.TryRemove(policy.Station, out _);
    }

    /// <summary>Done when all that was chosen so far is kept or given up; for tests and before a backup.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_queue.Writer.TryWrite(new Waiting(null, default) { Flushed = flushed })) await flushed.Task.WaitAsync(cancellation);
    }

    /// <summary>Gives up what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _meter.Dispose();
    }

    private CollectionPolicy PolicyOf(string station) => _policies.GetOrAdd(station, static name => new CollectionPolicy { Station = name });

    private async Task RunAsync()
    {
        try
        {
            await foreach (var waiting in _queue.Reader.ReadAllAsync(_stop.Token))
            {
                waiting.Flushed?.TrySetResult();
                if (waiting.Item is not { } item) continue;
                var start = _time.GetTimestamp();
                await KeepAsync(item, waiting.Reason);
                Interlocked.Add(ref _waitingBytes, -item.Frame.Data.Length);
                await RetainAsync(item.Record.Station);

                // Sleeps in proportion, so that encoding takes its share of one core whatever comes.
                if (_options.CollectorShare < 1)
                    await Task.Delay(_time.GetElapsedTime(start) * ((1 / _options.CollectorShare) - 1), _time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            while (_queue.Reader.TryRead(out var waiting)) waiting.Flushed?.TrySetCanceled();
        }
    }

    private async Task KeepAsync(EvidenceItem item, SampleReason reason)
    {
        var record = item.Record;
        if (!_loaded) await LoadPoliciesAsync(_stop.Token);

        // It was chosen before the policy was known, or changed.
        if (!PolicyOf(record.Station).Enabled) return;
        var draft = Sample.Of(record, reason, record.Verdict is Verdict.NotOk ? SampleLabel.Anomalous : SampleLabel.Normal);
        if ((await _samples.AddAsync(item.Frame, draft, importer: null, _stop.Token)).Error is not { } error)
        {
            if (_fault.Length > 0) Recovered(_logger);
            _fault = "";
            _kept.Add(1, new("station", record.Station), new("reason", reason.ToString()));
            return;
        }

        if (_fault.Length == 0) Failed(_logger, error.Message);
        _fault = error.Message;
        Drop(record.Station, "failed");
    }

    private async Task RetainAsync(string station)
    {
        var now = _time.GetTimestamp();
        if (_retained.TryGetValue(station, out var last) && _time.GetElapsedTime(last, now) < RetentionInterval) return;
        _retained[station] = now;
        await _samples.RetainAsync(PolicyOf(station), _stop.Token);
    }

    private void Drop(string station, string cause)
    {
        Interlocked.Increment(ref _droppedCount);
        _dropped.Add(1, new("station", station), new("cause", cause));
    }

    [LoggerMessage(220, LogLevel.Error, "No samples are kept: {Reason} The line runs on.")]
    private static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(221, LogLevel.Information, "Samples are kept again")]
    private static partial void Recovered(ILogger logger);

    private sealed record Waiting(EvidenceItem? Item, SampleReason Reason)
    {
        public TaskCompletionSource? Flushed { get; init; }
    }
}
