using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Pictures;

/// <summary>
/// What the model that judged a part makes of its frame, made when somebody asks: by one thread of the lowest priority, one frame at a time, with one model loaded beside those of the
/// line, which goes when nobody has asked for a minute (docs/adr/0026-reconstructions-on-demand.md). Any thread.
/// </summary>
internal sealed partial class Reconstructions(LineHost host, DetectorLoader loader, ILogger<Reconstructions> logger) : IDisposable
{
    /// <summary>Wishes that can wait; a further one is answered Busy.</summary>
    public const int MostWaiting = 8;

    private const long MostKeptBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);
    private readonly object _gate = new();
    private readonly Dictionary<(string Station, long Sequence), Task<Reconstruction>> _known = [];
    private readonly Queue<Wish> _waiting = new();
    private readonly Queue<((string Station, long Sequence) Key, int Bytes)> _kept = new();
    private long _keptBytes;
    private bool _runs;
    private bool _ended;

    /// <summary>A part's reconstruction; the same for all who ask for it at once, and later while it is among the last 16 MiB.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="sequence">The station's number of the inspection.</param>
    public Task<Reconstruction> GetAsync(string station, long sequence)
    {
        if (host.Line.Evidence.TryGet(station, sequence) is not { } item) return Task.FromResult(new Reconstruction(ReconstructionState.FrameGone));
        if (item.Map is null) return Task.FromResult(new Reconstruction(ReconstructionState.NotJudged));
        lock (_gate)
        {
            if (_known.TryGetValue((station, sequence), out var known)) return known;
            if (_ended || _waiting.Count == MostWaiting) return Task.FromResult(new Reconstruction(ReconstructionState.Busy));
            var wish = new Wish(item, item.Map.Area);
            _known.Add(wish.Key, wish.Done.Task);
            _waiting.Enqueue(wish);
            if (_runs) Monitor.Pulse(_gate);
            else QuietThread.Start("AnomalyLine reconstruction", Run);
            _runs = true;
            return wish.Done.Task;
        }
    }

    /// <summary>Lets the model go; what still waits is answered Busy.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var wish in _waiting) wish.Done.SetResult(new Reconstruction(ReconstructionState.Busy));
            _waiting.Clear();
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        IDetector? model = null;
        try
        {
            while (Next() is { } wish)
            {
                var made = Make(wish, ref model);
                lock (_gate) Keep(wish, made);
                wish.Done.SetResult(made);
            }
        }
        finally
        {
            model?.Dispose();
        }
    }

    private Wish? Next()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && !_ended) Monitor.Wait(_gate, s_idle);
            if (_waiting.TryDequeue(out var wish)) return wish;
            _runs = false;
            return null;
        }
    }

    private Reconstruction Make(Wish wish, ref IDetector? model)
    {
        var version = wish.Item.Record.ModelVersion;
        try
        {
            if (model?.Version != version)
            {
                model?.Dispose();
                model = null;
                model = loader.LoadPlain(version);
            }

            if (!FramePreparer.TryPrepare(wish.Item.Frame, model.Input, wish.Area, out var prepared, out var error)) return new Reconstruction(ReconstructionState.Failed, error);
            using (prepared)
            {
                using var rebuilt = model.Reconstruct(prepared);
                return rebuilt is null ? new Reconstruction(ReconstructionState.None) : new Reconstruction(ReconstructionState.Made, Overlay.RenderPrepared(rebuilt), "");
            }
        }
        catch (FileNotFoundException)
        {
            return new Reconstruction(ReconstructionState.ModelGone);
        }
        catch (Exception e)
        {
            // A bulkhead: whatever a model throws for a picture, native failures included, must not touch the line.
            LogFailed(logger, version, wish.Key.Station, wish.Key.Sequence, e);
            return new Reconstruction(ReconstructionState.Failed, e.Message);
        }
    }

    /// <summary>A picture never changes, so it is kept; what went wrong may go better the next time.</summary>
    private void Keep(Wish wish, Reconstruction made)
    {
        if (made.State != ReconstructionState.Made)
        {
            _known.Remove(wish.Key);
            return;
        }

        _kept.Enqueue((wish.Key, made.Png.Length));
        _keptBytes += made.Png.Length;
        while (_keptBytes > MostKeptBytes)
        {
            var oldest = _kept.Dequeue();
            _keptBytes -= oldest.Bytes;
            _known.Remove(oldest.Key);
        }
    }

    [LoggerMessage(EventId = 142, Level = LogLevel.Warning, Message = "Model {Model} gave no reconstruction of inspection {Sequence} of station {Station}; the line is not touched")]
    private static partial void LogFailed(ILogger logger, string model, string station, long sequence, Exception cause);

    private sealed class Wish(EvidenceItem item, InspectionArea area)
    {
        public EvidenceItem Item { get; } = item;

        public InspectionArea Area { get; } = area;

        public (string Station, long Sequence) Key { get; } = (item.Record.Station, item.Record.Sequence);

        public TaskCompletionSource<Reconstruction> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
