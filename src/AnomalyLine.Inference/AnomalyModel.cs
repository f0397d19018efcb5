using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Inference.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>A trained model, loaded and checked. One thread at a time, always the same one.</summary>
public sealed class AnomalyModel : IDetector
{
    /// <summary>Largest relative difference between a reference score in the file and its replay: rounding differs between processors.</summary>
    private const float ReplayTolerance = 1e-3f;

    private InferenceNetwork _network;
    private readonly FrameStaging _staging;
    private readonly PixelwiseNormalizer? _normal;
    private ThreadTeam? _crew;
    private WarmUpBatchSizes? _batchSizes;

    /// <summary>Around a network that is in memory.</summary>
    /// <param name="network">Goes with the model when that is disposed. Converted in place to its inference form (<see cref="InferenceOptimizer.Optimize"/>): save the weights first.</param>
    /// <param name="manifest">What it is.</param>
    /// <param name="version">Its version.</param>
    /// <param name="staging">Brings frames to where it runs; it goes with the model as well.</param>
    /// <param name="normal">What the map is measured against; null for the plain map. It goes with the model as well.</param>
    internal AnomalyModel(InferenceNetwork network, ModelManifest manifest, string version, FrameStaging staging, PixelwiseNormalizer? normal)
    {
        _network = network;
        _staging = staging;
        _normal = normal;
        Manifest = manifest;
        Version = version;
        _network.Network.to(staging.Device);
        InferenceOptimizer.Optimize(_network.Network);
    }

    /// <summary>What the file says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    public InputSpec Input => Manifest.Input;

    /// <summary>Where it runs: "cpu" or "cuda".</summary>
    public string DeviceName => IsOnGpu ? "cuda" : "cpu";

    /// <summary>What computes its network.</summary>
    public EngineChoice Engine { get; private set; } = new(ServingEngine.Torch, "not asked for another", IsRefusal: false, []);

    /// <summary>The batch sizes that it fills batches up to; null where it judges them as they come, as on the processor.</summary>
    internal WarmUpBatchSizes? BatchSizes => _batchSizes;

    private bool IsOnGpu => _staging.Device.type == TorchSharp.DeviceType.CUDA;

    /// <summary>Its network, in the form to judge with.</summary>
    internal InferenceNetwork Network => _network;

    /// <summary>What the map is measured against; null for the plain map.</summary>
    internal PixelwiseNormalizer? Normal => _normal;

    /// <summary>Loads a model file, checks its sums, and replays its reference frames, which also warms it up.</summary>
    /// <param name="path">The .alm file.</param>
    /// <param name="networks">Makes the network that a manifest names, with the weights among the archive's files, on the CPU.</param>
    /// <param name="device">"auto", "cpu" or "cuda".</param>
    /// <param name="engine">What computes its network; <see cref="Engine"/> says what it became. Any but Torch costs a second or two, in which both are tried.</param>
    /// <param name="maxBatchSize">Frames that will come at most at once, for the trial of engines, 1..256.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another format version, or does not reproduce its reference scores.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    internal static AnomalyModel Open(
        string path, Func<ModelManifest, IReadOnlyDictionary<string, byte[]>, InferenceNetwork> networks, string device, ServingEngine engine, int maxBatchSize)
    {
        var (manifest, sha256, files) = ModelFile.Read(path);
        var target = TorchEngine.ResolveDevice(device);
        InferenceNetwork Network()
        {
            using var scope = NewDisposeScope();
            return networks(manifest, files);
        }

        var network = Network();
        AnomalyModel model;
        try
        {
            using var scope = NewDisposeScope();
            var normal = network.Normalises ? ReadNormal(path, files, manifest.Input, target) : null;
            model = new AnomalyModel(network, manifest, ModelFile.VersionOf(manifest, sha256), new FrameStaging(manifest.Input, target), normal);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        try
        {
            if (!model.IsOnGpu) model._crew = new ThreadTeam(TorchEngine.Threads);
            model.Replay(path, files, Network, engine, maxBatchSize);
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
        var before = _network.PassTime;
        DetectionResult[] detections = _batchSizes is null ? DetectAtOnce(frames, frames.Count) : [.. frames.Chunk(_batchSizes.Largest).SelectMany(part => DetectAtOnce(part, _batchSizes.SizeFor(part.Length)))];
        var forwardMs = (_network.PassTime - before).TotalMilliseconds;
        return [.. detections.Select(detection => detection with { ForwardMs = forwardMs })];
    }

    /// <summary>Judges a batch of a size, of which the first are frames and the rest is not looked at.</summary>
    private DetectionResult[] DetectAtOnce(IReadOnlyList<PreparedFrame> frames, int size)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var leading = ThreadTeam.Lead(_crew);
        var map = _network.AnomalyMap(_staging.Move(frames, size));
        if (_normal is not null) map = _normal.Measure(map);
        var scores = CpuMapKernels.Values(_network.Score(map).cpu());
        map = map.contiguous().cpu();
        var (height, width) = ((int)map.shape[1], (int)map.shape[2]);
        var detections = new DetectionResult[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = PooledArrays.Rent<float>(height * width);
            CpuMapKernels.Values(map, i).CopyTo(values.Memory.Span);
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
        if (_network.Reconstruct(_staging.Move([frame], 1)) is not { } picture) return null;
        var rebuilt = picture.nan_to_num().clamp(Scalars.S(0), Scalars.S(1)).contiguous().cpu();
        var result = new PreparedFrame(Input with { Frames = 1 }, frame.Region, frame.FrameWidth, frame.FrameHeight);
        CpuMapKernels.Values(rebuilt).CopyTo(result.Writable);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Engine?.Dispose();
        _network.Dispose();
        _normal?.Dispose();
        _staging.Dispose();
        _crew?.Dispose();
    }

    private static PixelwiseNormalizer ReadNormal(string path, IReadOnlyDictionary<string, byte[]> files, InputSpec size, Device device)
    {
        try
        {
            return PixelwiseNormalizer.Read(Entry(path, files, ModelFile.NormalName), size, device);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFileException($"{path}: {e.Message}", e);
        }
    }

    private static byte[] Entry(string path, IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.GetValueOrDefault(name) ?? throw new ModelFileException($"{path}: the manifest names no {name}; the file is damaged, copy it again.");

    private void Replay(string path, IReadOnlyDictionary<string, byte[]> files, Func<InferenceNetwork> again, ServingEngine engine, int maxBatchSize)
    {
        var frames = new List<PreparedFrame>();
        var isRounded = IsOnGpu && TorchEngine.TensorFloat32;
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

            if (IsOnGpu) Engine = Engine with { Reason = "the network runs on cuda" };
            else if (engine is ServingEngine.Auto or ServingEngine.Onnx) Engine = new EngineTrial(_network, Detect, frames).Choose(engine, maxBatchSize);
            if (engine is ServingEngine.Auto or ServingEngine.Bfloat16) TryBfloat16(engine, maxBatchSize, frames, again);
            if (IsOnGpu) WarmUp(maxBatchSize);
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }
    }

    /// <summary>Warms up each batch size that will come from now on; see <see cref="WarmUpBatchSizes"/>.</summary>
    internal void WarmUp(int maxBatchSize)
    {
        if (_network.BatchesFrames) _batchSizes = WarmUpBatchSizes.Find(maxBatchSize, size => DetectAtOnce([], size));
    }

    /// <summary>Takes bfloat16 where the training allowed it, the device computes in it, the reference frames bear it out, and it is faster than the engine so far or asked for.</summary>
    private void TryBfloat16(ServingEngine wanted, int maxBatchSize, IReadOnlyList<PreparedFrame> references, Func<InferenceNetwork> again)
    {
        if (Manifest.Bfloat16 is not { IsAllowed: true } || !TorchEngine.ComputesInBfloat16On(_staging.Device) || references.Count == 0)
        {
            if (wanted == ServingEngine.Bfloat16) Engine = Engine with { Reason = "the training did not allow bfloat16, or this device does not compute in it" };
            return;
        }

        var single = _network;
        var half = again();
        InferenceOptimizer.OptimizeInBfloat16(half.Network, _staging.Device);
        IReadOnlyList<DetectionResult> By(InferenceNetwork network, IReadOnlyList<PreparedFrame> frames)
        {
            _network = network;
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
        _network = isTaken ? half : single;
        left.Engine?.Dispose();
        left.Dispose();
    }
}
