using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Vision.AnomalyMaps;
using AnomalyLine.Vision.Catalog;
using AnomalyLine.Vision.Backbones;
using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Models;

/// <summary>A trained model, loaded and checked. One thread at a time, always the same one.</summary>
public sealed class AnomalyModel : IDetector
{
    /// <summary>Largest relative difference between a reference score in the file and its replay: rounding differs between processors.</summary>
    private const float ReplayTolerance = 1e-3f;

    private AnomalyMethod _method;
    private readonly FrameStaging _staging;
    private readonly NormalMaps? _normal;
    private Crew? _crew;
    private BatchLadder? _ladder;

    /// <summary>Around a method that is in memory.</summary>
    /// <param name="method">The method; it goes with the model when that is disposed. Its network takes the form to judge with, so save it before.</param>
    /// <param name="manifest">What it is.</param>
    /// <param name="version">Its version.</param>
    /// <param name="staging">Brings frames to where it runs; it goes with the model as well.</param>
    /// <param name="normal">What the map is measured against; null for the plain map. It goes with the model as well.</param>
    internal AnomalyModel(AnomalyMethod method, ModelManifest manifest, string version, FrameStaging staging, NormalMaps? normal)
    {
        _method = method;
        _staging = staging;
        _normal = normal;
        Manifest = manifest;
        Version = version;
        _method.Network.to(staging.Device);
        NetworkForm.Serve(_method.Network);
    }

    /// <summary>What the file says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    public InputSpec Input => Manifest.Input;

    /// <summary>Where it runs: "cpu" or "cuda".</summary>
    public string DeviceName => IsOnCard ? "cuda" : "cpu";

    /// <summary>What computes its network.</summary>
    public EngineChoice Engine { get; private set; } = new(ServingEngine.Torch, "not asked for another", IsRefusal: false, []);

    /// <summary>The batch sizes that it fills batches up to; null where it judges them as they come, as on the processor.</summary>
    internal BatchLadder? Ladder => _ladder;

    private bool IsOnCard => _staging.Device.type == TorchSharp.DeviceType.CUDA;

    /// <summary>Its method, in the form to judge with.</summary>
    internal AnomalyMethod Method => _method;

    /// <summary>What the map is measured against; null for the plain map.</summary>
    internal NormalMaps? Normal => _normal;

    /// <summary>Loads a model file, checks its sums, and replays its reference frames, which also warms it up.</summary>
    /// <param name="path">The .alm file.</param>
    /// <param name="device">"auto", "cpu" or "cuda".</param>
    /// <param name="engine">What computes its network; <see cref="Engine"/> says what it became. Any but Torch costs a second or two, in which both are tried.</param>
    /// <param name="maxBatchSize">Frames that will come at most at once, for the trial of engines, 1..256.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another format version, or does not reproduce its reference scores.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    public static AnomalyModel Load(string path, string device = "auto", ServingEngine engine = ServingEngine.Torch, int maxBatchSize = 8)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var (manifest, sha256, files) = ModelFile.Read(path);
        var target = TorchEngine.ResolveDevice(device);
        var model = Create(path, manifest, ModelFile.VersionOf(manifest, sha256), files, target);
        try
        {
            if (!model.IsOnCard) model._crew = new Crew(TorchEngine.Threads);
            model.Replay(path, files, engine, maxBatchSize);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var before = _method.PassTime;
        DetectionResult[] detections = _ladder is null ? DetectAtOnce(frames, frames.Count) : [.. frames.Chunk(_ladder.Largest).SelectMany(part => DetectAtOnce(part, _ladder.RungOf(part.Length)))];
        var forwardMs = (_method.PassTime - before).TotalMilliseconds;
        return [.. detections.Select(detection => detection with { ForwardMs = forwardMs })];
    }

    /// <summary>Judges a batch of a size, of which the first are frames and the rest is not looked at.</summary>
    private DetectionResult[] DetectAtOnce(IReadOnlyList<PreparedFrame> frames, int size)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var leading = Crew.Lead(_crew);
        var map = _method.AnomalyMap(_staging.Move(frames, size));
        if (_normal is not null) map = _normal.Measure(map);
        var scores = FrameWalk.Values(_method.Score(map).cpu());
        map = map.contiguous().cpu();
        var (height, width) = ((int)map.shape[1], (int)map.shape[2]);
        var detections = new DetectionResult[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = PooledArrays.Rent<float>(height * width);
            FrameWalk.Values(map, i).CopyTo(values.Memory.Span);
            detections[i] = new DetectionResult(new AnomalyMap(width, height, values, frames[i].Region), scores[i]);
        }

        return detections;
    }

    /// <summary>The frame as the model expects it, whatever it was measured against; null for methods that rebuild no picture. Values that are not finite, or outside [0, 1], become the nearest that are within.</summary>
    /// <param name="frame">Prepared to <see cref="Input"/>; it stays the caller's.</param>
    /// <returns>The frame that is judged, last of a clip; the caller disposes it.</returns>
    public PreparedFrame? Reconstruct(PreparedFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        if (_method.Reconstruct(_staging.Move([frame], 1)) is not { } picture) return null;
        var rebuilt = picture.nan_to_num().clamp(Numbers.S(0), Numbers.S(1)).contiguous().cpu();
        var result = new PreparedFrame(Input with { Frames = 1 }, frame.Region, frame.FrameWidth, frame.FrameHeight);
        FrameWalk.Values(rebuilt).CopyTo(result.Writable);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _method.Engine?.Dispose();
        _method.Dispose();
        _normal?.Dispose();
        _staging.Dispose();
        _crew?.Dispose();
    }

    private static AnomalyModel Create(string path, ModelManifest manifest, string version, IReadOnlyDictionary<string, byte[]> files, Device device)
    {
        var descriptor = MethodCatalog.Find(manifest.Method)
            ?? throw new ModelFileException($"{path}: method '{manifest.Method}' is unknown to this release; it knows {string.Join(", ", MethodCatalog.All.Select(m => m.Name))}.");
        TorchEngine.EnsureReady();
        AnomalyMethod? method = null;
        NormalMaps? normal = null;
        using var scope = NewDisposeScope();
        try
        {
            var options = OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType());
            var errors = options.Validate().ToArray();
            if (errors.Length > 0) throw new ModelFileException($"{path}: the manifest's options are not valid: {string.Join(" ", errors)}");
            if (options.Input != manifest.Input) throw new ModelFileException($"{path}: the manifest's input {manifest.Input} is not that of its options, {options.Input}.");
            method = descriptor.Create(options, files.TryGetValue(ModelFile.BackboneName, out var backbone) ? Backbone.Read(backbone) : null);
            method.ReadWeights(Entry(path, files, ModelFile.WeightsName));
            if (options.Normalise) normal = NormalMaps.Read(Entry(path, files, ModelFile.NormalName), options.Input, device);
            return new AnomalyModel(method, manifest, version, new FrameStaging(manifest.Input, device), normal);
        }
        catch (Exception e)
        {
            method?.Dispose();
            normal?.Dispose();
            if (e is JsonException or InvalidDataException or BackboneException) throw new ModelFileException($"{path}: {e.Message}", e);
            throw;
        }
    }

    private static byte[] Entry(string path, IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.GetValueOrDefault(name) ?? throw new ModelFileException($"{path}: the manifest names no {name}; the file is damaged, copy it again.");

    private void Replay(string path, IReadOnlyDictionary<string, byte[]> files, ServingEngine engine, int maxBatchSize)
    {
        var frames = new List<PreparedFrame>();
        var isRounded = IsOnCard && TorchEngine.TensorFloat32;
        try
        {
            foreach (var reference in Manifest.References)
            {
                var prepared = ReferenceFrames.Decode(Entry(path, files, reference.File), Input, out var error)
                    ?? throw new ModelFileException($"{path}: {reference.File}: {error}");
                frames.Add(prepared);
                var score = Detect([prepared])[0].Score;
                var tolerance = (isRounded ? (float)Bfloat16Trial.MostScoreDifference : ReplayTolerance) * Math.Max(Math.Abs(reference.Score), Math.Abs(Manifest.Calibration.Threshold));
                if (!(Math.Abs(score - reference.Score) <= tolerance))
                {
                    throw new ModelFileException(
                        $"{path}: {reference.File} scores {score:G6} here, but {reference.Score:G6} where the model was trained; it would judge differently and is refused. {(isRounded ? "Turn TensorFloat32 off, or train" : "Train")} it again with this release.");
                }
            }

            if (IsOnCard) Engine = Engine with { Reason = "the network runs on cuda" };
            else if (engine is ServingEngine.Auto or ServingEngine.Onnx) Engine = new EngineTrial(_method, Detect, frames).Choose(engine, maxBatchSize);
            if (engine is ServingEngine.Auto or ServingEngine.Bfloat16) TryBfloat16(engine, maxBatchSize, frames, Entry(path, files, ModelFile.WeightsName));
            if (IsOnCard) Climb(maxBatchSize);
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }
    }

    /// <summary>Warms up each batch size that will come from now on; see <see cref="BatchLadder"/>.</summary>
    internal void Climb(int maxBatchSize)
    {
        if (_method.BatchesFrames) _ladder = BatchLadder.Climb(maxBatchSize, size => DetectAtOnce([], size));
    }

    /// <summary>Takes bfloat16 where the training allowed it, the device computes in it, the reference frames bear it out, and it is faster than the engine so far or asked for.</summary>
    private void TryBfloat16(ServingEngine wanted, int maxBatchSize, IReadOnlyList<PreparedFrame> references, byte[] weights)
    {
        if (Manifest.Bfloat16 is not { IsAllowed: true } || !TorchEngine.ComputesInBfloat16On(_staging.Device) || references.Count == 0)
        {
            if (wanted == ServingEngine.Bfloat16) Engine = Engine with { Reason = "the training did not allow bfloat16, or this device does not compute in it" };
            return;
        }

        var single = _method;
        var half = InBfloat16(Manifest, weights, _staging.Device);
        IReadOnlyList<DetectionResult> By(AnomalyMethod method, IReadOnlyList<PreparedFrame> frames)
        {
            _method = method;
            return Detect(frames);
        }

        var comparison = new EngineComparison(frames => By(single, frames), frames => By(half, frames));
        var (score, map) = comparison.Difference(references);
        var isSame = score <= Bfloat16Trial.MostScoreDifference && map <= Bfloat16Trial.MostMapDifference;
        var measured = isSame && wanted == ServingEngine.Auto ? comparison.Measure(references, maxBatchSize) : [];
        var others = Engine.Times.Count > 0 ? Engine.Times : [.. measured.Select(t => new EngineTime(t.Batch, ServingEngine.Torch, t.One))];
        EngineTime[] times = [.. others, .. measured.Select(t => new EngineTime(t.Batch, ServingEngine.Bfloat16, t.Other))];
        var isTaken = isSame && (measured.Count == 0 || EngineComparison.Share(measured) < EngineTrial.Gain);
        if (isTaken) Engine = new EngineChoice(ServingEngine.Bfloat16, measured.Count == 0 ? "asked for" : "faster on this machine, and allowed by the training", IsRefusal: false, times);
        else if (isSame) Engine = Engine with { Times = times };
        else Engine = Engine with { IsRefusal = true, Reason = FormattableString.Invariant($"bfloat16 changes scores by {score:G3} and maps by {map:G3} on the reference frames, more than its gate allows") };
        var left = isTaken ? single : half;
        _method = isTaken ? half : single;
        left.Engine?.Dispose();
        left.Dispose();
    }

    /// <summary>The method of a manifest with its weights, in the form to judge with, in bfloat16.</summary>
    internal static AnomalyMethod InBfloat16(ModelManifest manifest, byte[] weights, Device device)
    {
        using var scope = NewDisposeScope();
        var descriptor = MethodCatalog.Find(manifest.Method)!;
        var method = descriptor.Create(OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType()));
        SafeTensors.Read(method.Network, weights);
        method.Network.to(device);
        NetworkForm.Serve(method.Network);
        NetworkForm.Convert(method.Network, ScalarType.BFloat16);
        return method;
    }
}
