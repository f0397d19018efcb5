using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// One loaded model and the one thread that owns it: it loads and warms it, has it judge batches across stations, and disposes it after
/// <see cref="Retire"/>, when the last frame that was promised a place is done.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its thread disposes the queue as its last act.")]
internal sealed class ModelWorker
{
    private const int FailuresOfAFault = 3;
    private readonly Func<string, IDetector> _load;
    private readonly LineOptions _options;
    private readonly TimeProvider _time;
    private readonly LineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly BatchQueue<PendingInspection> _queue;
    private readonly List<PendingInspection> _batch = [];
    private readonly List<PreparedFrame> _frames = [];
    private readonly TaskCompletionSource<LineError?> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InputSpec? _input;
    private int _failures;
    private volatile string _fault = "";

    public ModelWorker(string version, Func<string, IDetector> load, LineOptions options, TimeProvider time, LineMetrics metrics, ILogger logger)
    {
        Version = version;
        _load = load;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _queue = new BatchQueue<PendingInspection>(options.QueueCapacity, time);
        new Thread(Run) { IsBackground = true, Name = $"AnomalyLine model {version}" }.Start();
    }

    public string Version { get; }

    /// <summary>Null once the model is loaded and warm, or why it cannot be.</summary>
    public Task<LineError?> Loaded => _loaded.Task;

    /// <summary>Done when the model is disposed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What a frame is prepared to. After <see cref="Loaded"/>.</summary>
    public InputSpec Input => _input ?? throw new InvalidOperationException($"Model {Version} is not loaded.");

    /// <summary>Frames waiting, those being prepared included.</summary>
    public int QueueLength => _queue.Length;

    /// <summary>Why the last frames failed, from the third in a row on; empty where the model works.</summary>
    public string Fault => _fault;

    /// <summary>
    /// A place for a frame of a station; <see cref="Enqueue"/> or <see cref="GiveBack"/> ends it, and the model stays loaded until then.
    /// </summary>
    public Admission Reserve(string station) => _queue.Reserve(station);

    /// <summary>Puts a prepared frame into its place.</summary>
    public void Enqueue(PendingInspection pending) => _queue.Fill(pending.Recipe.Station, pending);

    /// <summary>The frame does not come.</summary>
    public void GiveBack(PendingInspection pending) => _queue.GiveBack(pending.Recipe.Station);

    /// <summary>No further frames; the model is disposed after the last one.</summary>
    public void Retire() => _queue.Close();

    private void Run()
    {
        var start = _time.GetTimestamp();
        var detector = DetectorLoader.TryLoad(Version, _load, _options.MaxBatchSize, out var error, out var cause);
        if (detector is null)
        {
            LineEvents.ModelUnusable(_logger, Version, cause!);
            _queue.Close();
        }
        else
        {
            _input = detector.Input;
            LineEvents.ModelLoaded(_logger, Version, (long)_time.GetElapsedTime(start).TotalMilliseconds);
        }

        _loaded.SetResult(error);
        if (detector is not null)
        {
            while (_queue.Take(_batch, _options.MaxBatchSize, _options.MaxBatchDelay)) DetectWaiting(detector);
            Unload(detector);
        }

        _queue.Dispose();
        _ended.SetResult();
    }

    private void DetectWaiting(IDetector detector)
    {
        _batch.RemoveAll(static pending =>
        {
            if (!pending.IsOver()) return false;
            pending.Prepared!.Dispose();
            return true;
        });
        if (_batch.Count == 0) return;
        if (!TryDetect(detector, _batch, isLastTry: _batch.Count == 1))
        {
            // One bad frame must not fail its neighbours.
            foreach (var pending in _batch.Where(static pending => !pending.IsOver())) TryDetect(detector, [pending], isLastTry: true);
        }

        foreach (var pending in _batch) pending.Prepared!.Dispose();
    }

    private bool TryDetect(IDetector detector, List<PendingInspection> batch, bool isLastTry)
    {
        var start = _time.GetTimestamp();
        _frames.Clear();
        foreach (var pending in batch)
        {
            if (pending.DetectAt == 0) _metrics.Queued(_time.GetElapsedTime(pending.PreparedAt, start).TotalMilliseconds);
            pending.DetectAt = start;
            pending.BatchSize = batch.Count;
            _frames.Add(pending.Prepared!);
        }

        try
        {
            var detections = detector.Detect(_frames);
            if (detections.Count != batch.Count) throw new UnreachableException($"It gave {detections.Count} detections for {batch.Count} frames.");
            var milliseconds = _time.GetElapsedTime(start).TotalMilliseconds;
            _metrics.Detected(batch.Count, milliseconds);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].DetectMs = milliseconds;
                batch[i].TryDecide(Decision.Of(detections[i]));
            }

            _failures = 0;
            _fault = "";
            return true;
        }
        catch (Exception e)
        {
            // A bulkhead: whatever a model throws, native failures included, fails its frames and nothing else.
            if (_fault.Length == 0) LineEvents.DetectFailed(_logger, Version, batch.Count, e);
            if (isLastTry) Fail(batch[0], e, _time.GetElapsedTime(start).TotalMilliseconds);
            return false;
        }
    }

    private void Fail(PendingInspection pending, Exception exception, double milliseconds)
    {
        var text = $"Model {Version} failed on this frame: {exception.Message}";
        if (++_failures >= FailuresOfAFault) _fault = $"{text} It failed on the last {_failures} frames; activate another recipe or restart the server.";
        pending.DetectMs = milliseconds;
        pending.TryDecide(Decision.None(ReasonCode.ModelFailed, text));
    }

    private void Unload(IDetector detector)
    {
        try
        {
            detector.Dispose();
            LineEvents.ModelUnloaded(_logger, Version);
        }
        catch (Exception e)
        {
            // A bulkhead, as above: the model is out of use already.
            LineEvents.UnloadFailed(_logger, Version, e);
        }
    }
}
