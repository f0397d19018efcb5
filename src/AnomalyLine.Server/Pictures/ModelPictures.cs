using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Processes;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Pictures;

/// <summary>
/// What a model makes of a frame, for people: a part's reconstruction, and the anomaly map of a sample whose part is no longer in memory. Made when somebody asks: by one thread of the lowest priority, one frame at a time, with one model loaded beside those of the
/// line, which goes when nobody has asked for a minute (docs/adr/0026-reconstructions-on-demand.md). Any thread.
/// </summary>
internal sealed partial class ModelPictures(LineHost host, DetectorLoader loader, ModelStore models, SampleStore samples, ILogger<ModelPictures> logger) : IDisposable
{
    /// <summary>Wishes that can wait; a further one is answered Busy.</summary>
    public const int MostWaiting = 8;

    private const string Png = "image/png";

    /// <summary>Widest overlay of a sample, pixels.</summary>
    private const int WidestOverlay = 2048;

    private const long MostKeptBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);
    private readonly object _gate = new();
    private readonly Dictionary<string, Task<ModelPicture>> _known = [];
    private readonly Queue<Wish> _waiting = new();
    private readonly Queue<(string Key, int Bytes)> _kept = new();
    private long _keptBytes;
    private bool _runs;
    private bool _ended;

    /// <summary>A part's reconstruction; the same for all who ask for it at once, and later while it is among the last 16 MiB.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="sequence">The station's number of the inspection.</param>
    public Task<ModelPicture> GetAsync(string station, long sequence)
    {
        if (host.Line.Evidence.TryGet(station, sequence) is not { } item) return Task.FromResult(new ModelPicture(ModelPictureState.FrameGone));
        if (item.Map is not { } map) return Task.FromResult(new ModelPicture(ModelPictureState.NotJudged));
        return WishAsync(new Wish($"inspection {sequence} of {station}", item.Record.ModelVersion, map.Area, () => item.Frame, Rebuild));
    }

    /// <summary>The anomaly map of a sample under <see cref="RecipeOf"/>, the same for all who ask.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="kind"><see cref="PictureKind.Map"/> or <see cref="PictureKind.Overlay"/>.</param>
    public Task<ModelPicture> GetMapAsync(Sample sample, PictureKind kind)
    {
        if (RecipeOf(sample) is not { } recipe) return Task.FromResult(new ModelPicture(ModelPictureState.ModelGone));
        return WishAsync(new Wish($"{kind} of sample {sample.Id} under revision {recipe.Revision}", recipe.ModelVersion, recipe.Area, () => FrameFile.Read(samples.PathOf(sample)), (model, frame, prepared) => Draw(recipe, kind, model, frame, prepared)));
    }

    /// <summary>The recipe that judged a sample's part or, where that or its model is gone, the one that is active for it; null where no model is there.</summary>
    public Recipe? RecipeOf(Sample sample)
    {
        var judged = sample.Sequence > 0 && host.Line.Log.Get(sample.Station, sample.Sequence).TryGet(out var record, out _) ? host.Line.FindRecipe(sample.Station, sample.ProductId, record.RecipeRevision) : null;
        if (judged is not null && models.Find(judged.ModelVersion) is not null) return judged;
        return host.Line.GetRecipe(sample.Station, sample.ProductId).TryGet(out var active, out _) && models.Find(active.ModelVersion) is not null ? active : null;
    }

    /// <summary>The part of a sample's frame that its map stands for under a recipe; null for all of it, as where frames are aligned.</summary>
    public RegionOfInterest? RegionOf(Recipe recipe)
    {
        var input = models.Find(recipe.ModelVersion)?.Manifest.Input;
        if (input?.Alignment is not null) return null;
        var learnt = input?.Area;
        return (recipe.Area?.Over(learnt) ?? learnt)?.Region;
    }

    /// <summary>Lets the model go; what still waits is answered Busy.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var wish in _waiting) wish.Done.SetResult(new ModelPicture(ModelPictureState.Busy));
            _waiting.Clear();
            Monitor.Pulse(_gate);
        }
    }

    private Task<ModelPicture> WishAsync(Wish wish)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(wish.Key, out var known)) return known;
            if (_ended || _waiting.Count == MostWaiting) return Task.FromResult(new ModelPicture(ModelPictureState.Busy));
            _known.Add(wish.Key, wish.Done.Task);
            _waiting.Enqueue(wish);
            if (_runs) Monitor.Pulse(_gate);
            else QuietThread.Start("AnomalyLine pictures", Run);
            _runs = true;
            return wish.Done.Task;
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

    private ModelPicture Make(Wish wish, ref IDetector? model)
    {
        var version = wish.Version;
        try
        {
            if (model?.Version != version)
            {
                model?.Dispose();
                model = null;
                model = loader.LoadPlain(version);
            }

            var frame = wish.Read();
            if (!FramePreparer.TryPrepare(frame, model.Input, wish.Area, out var prepared, out var error)) return new ModelPicture(ModelPictureState.Failed, error);
            using (prepared) return wish.Draw(model, frame, prepared);
        }
        catch (DatasetException)
        {
            return new ModelPicture(ModelPictureState.FrameGone);
        }
        catch (FileNotFoundException)
        {
            return new ModelPicture(ModelPictureState.ModelGone);
        }
        catch (Exception e)
        {
            // A bulkhead: whatever a model throws for a picture, native failures included, must not touch the line.
            LogFailed(logger, version, wish.Key, e);
            return new ModelPicture(ModelPictureState.Failed, e.Message);
        }
    }

    /// <summary>A picture never changes, so it is kept; what went wrong may go better the next time.</summary>
    private void Keep(Wish wish, ModelPicture made)
    {
        if (made.State != ModelPictureState.Made)
        {
            _known.Remove(wish.Key);
            return;
        }

        _kept.Enqueue((wish.Key, made.Data.Length));
        _keptBytes += made.Data.Length;
        while (_keptBytes > MostKeptBytes)
        {
            var oldest = _kept.Dequeue();
            _keptBytes -= oldest.Bytes;
            _known.Remove(oldest.Key);
        }
    }

    private static ModelPicture Rebuild(IDetector model, Frame frame, PreparedFrame prepared)
    {
        using var rebuilt = model.Reconstruct(prepared);
        return rebuilt is null ? new ModelPicture(ModelPictureState.None) : new ModelPicture(new Picture(Overlay.RenderPrepared(rebuilt), Png));
    }

    private static ModelPicture Draw(Recipe recipe, PictureKind kind, IDetector model, Frame frame, PreparedFrame prepared)
    {
        var map = model.Detect([prepared])[0].Map;
        var scale = Math.Max(recipe.PixelThreshold, 1e-6f);
        if (kind == PictureKind.Map)
            return new ModelPicture(new Picture(prepared.IsAligned ? Overlay.RenderMap(map, scale, prepared.FrameWidth, prepared.FrameHeight, WidestOverlay) : Overlay.RenderMap(map, scale), Png));
        return Overlay.TryRender(frame.AssumeBits(model.Input.SignificantBits), map, scale, map.FindRegions(recipe.PixelThreshold), WidestOverlay, PixelFormat.Jpeg, out var file, out var error)
            ? new ModelPicture(new Picture(file, "image/jpeg"))
            : new ModelPicture(ModelPictureState.Failed, error);
    }

    [LoggerMessage(EventId = 142, Level = LogLevel.Warning, Message = "Model {Model} gave no picture of {What}; the line is not touched")]
    private static partial void LogFailed(ILogger logger, string model, string what, Exception cause);

    private sealed record Wish(
        string Key, string Version, InspectionArea? Area, Func<Frame> Read, Func<IDetector, Frame, PreparedFrame, ModelPicture> Draw)
    {
        public TaskCompletionSource<ModelPicture> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
