using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>A trained model, loaded and checked. One thread at a time, always the same one.</summary>
public sealed class AnomalyModel : IDetector
{
    /// <summary>Largest relative difference between a reference score in the file and its replay: rounding differs between processors.</summary>
    private const float ReplayTolerance = 1e-3f;

    private readonly InferencePipeline _pipeline;
    private readonly IReadOnlyList<IDisposable> _owned;
    private readonly FrameStaging _staging;

    /// <summary>Around a network that is in memory, computed by libtorch.</summary>
    /// <param name="network">Goes with the model when that is disposed. Converted in place to its inference form (<see cref="InferenceOptimizer.Optimize"/>): save the weights first.</param>
    /// <param name="manifest">What it is.</param>
    /// <param name="version">Its version.</param>
    /// <param name="staging">Brings frames to where it runs; it goes with the model as well.</param>
    /// <param name="normal">What the map is measured against; null for the plain map. It goes with the model as well.</param>
    internal AnomalyModel(InferenceNetwork network, ModelManifest manifest, string version, FrameStaging staging, PixelwiseNormalizer? normal)
        : this(ByTorch(network, staging, normal, ThreadTeam.Alone), manifest, version, staging, normal, normal is null ? [network, staging] : [network, staging, normal])
    {
    }

    private AnomalyModel(
        InferencePipeline pipeline, ModelManifest manifest, string version, FrameStaging staging, PixelwiseNormalizer? normal, IReadOnlyList<IDisposable> owned) =>
        (_pipeline, Manifest, Version, _staging, Normal, _owned) = (pipeline, manifest, version, staging, normal, owned);

    /// <summary>What the file says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    public InputSpec Input => Manifest.Input;

    /// <summary>Where it runs: "cpu" or "cuda".</summary>
    public string DeviceName => IsOnGpu ? "cuda" : "cpu";

    /// <summary>What computes its network.</summary>
    public EngineChoice Engine { get; private init; } = new(ServingEngine.Torch, "not asked for another", IsRefusal: false, []);

    /// <summary>The batch sizes that it fills batches up to; null if it judges them as they come, as on the processor.</summary>
    internal WarmUpBatchSizes? BatchSizes { get; private set; }

    /// <summary>Its network, in its inference form.</summary>
    internal InferenceNetwork Network => _pipeline.Network;

    /// <summary>What judges.</summary>
    internal InferencePipeline Pipeline => _pipeline;

    /// <summary>What the map is measured against; null for the plain map.</summary>
    internal PixelwiseNormalizer? Normal { get; }

    private bool IsOnGpu => _staging.Device.type == TorchSharp.DeviceType.CUDA;

    /// <summary>Loads a model file, checks its sums, and replays its reference frames, which also warms it up.</summary>
    /// <param name="path">The .alm file.</param>
    /// <param name="networks">Makes the network that a manifest names, with the weights among the archive's files, on the CPU.</param>
    /// <param name="device">"auto", "cpu" or "cuda".</param>
    /// <param name="engine">What computes its network; <see cref="Engine"/> says what it became. Any but Torch costs a second or two, in which both are tried.</param>
    /// <param name="maxBatchSize">Frames that will come at most at once, for the trial of engines, 1..256.</param>
    /// <param name="card">How it judges on a card, where there is one.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another format version, or does not reproduce its reference scores.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    internal static AnomalyModel Open(
        string path, Func<ModelManifest, IReadOnlyDictionary<string, byte[]>, InferenceNetwork> networks, string device, ServingEngine engine, int maxBatchSize, CardOptions card)
    {
        var (manifest, sha256, files) = ModelFile.Read(path);
        var target = TorchEngine.ResolveDevice(device);
        var owned = new List<IDisposable>();
        T Own<T>(T thing)
            where T : IDisposable
        {
            owned.Add(thing);
            return thing;
        }

        InferenceNetwork Network()
        {
            using var scope = NewDisposeScope();
            return Own(networks(manifest, files));
        }

        List<PreparedFrame> references = [];
        try
        {
            var network = Network();
            var isOnGpu = target.type == TorchSharp.DeviceType.CUDA;
            var staging = Own(new FrameStaging(manifest.Input, target));
            var normal = network.Normalises ? Own(ReadNormal(path, files, manifest.Input, target)) : null;
            var torch = ByTorch(network, staging, normal, isOnGpu ? ThreadTeam.Alone : Own(new ThreadTeam(TorchEngine.Threads)));
            references = Replay(path, manifest, files, torch, isRounded: isOnGpu && TorchEngine.TensorFloat32);
            var selector = new BackendSelector(torch, references, manifest.Input.Tiles is null ? maxBatchSize : 1);
            var (pipeline, choice) = (torch, new EngineChoice(ServingEngine.Torch, isOnGpu ? "the network runs on cuda" : "not asked for another", IsRefusal: false, []));
            CardParts? parts = null;
            CardParts OpenCard() => CardParts.Open(torch, normal, card, manifest.Input.Tiles is null ? maxBatchSize : 1);
            string? lack = null;
            if (engine == ServingEngine.Card)
            {
                (pipeline, choice, parts) = selector.TryCard(engine, OpenCard, torch, choice);
                if (parts is null) (lack, engine) = (choice.Reason, ServingEngine.Auto);
            }

            if (!isOnGpu && engine is ServingEngine.Auto or ServingEngine.Onnx) (pipeline, choice) = selector.TryOnnx(engine, n => OnnxBackend.Of(n, TorchEngine.Threads));
            if (pipeline.Backend is OnnxBackend onnx) Own(onnx);
            if (engine is ServingEngine.Auto or ServingEngine.Bfloat16)
            {
                if (manifest.Bfloat16 is { IsAllowed: true } && TorchEngine.ComputesInBfloat16On(target) && references.Count > 0)
                {
                    var half = Network();
                    InferenceOptimizer.OptimizeInBfloat16(half.Network, target);
                    (pipeline, choice) = selector.TryBfloat16(engine, half, pipeline, choice);

                    // Whichever network does not judge, and an engine that holds its weights, would only take memory.
                    foreach (var left in owned.Where(one => one is InferenceNetwork && one != pipeline.Network || one is IInferenceBackend && one != pipeline.Backend).ToArray())
                    {
                        owned.Remove(left);
                        left.Dispose();
                    }
                }
                else if (engine == ServingEngine.Bfloat16)
                {
                    choice = choice with { Reason = "the training did not allow bfloat16, or this device does not compute in it" };
                }
            }

            if (engine == ServingEngine.Auto && lack is null && !isOnGpu && card.Provider != CardProvider.Cpu && CardProbe.Report.IsUsable)
                (pipeline, choice, parts) = selector.TryCard(engine, OpenCard, pipeline, choice);
            if (parts is not null)
            {
                Own(parts);
                foreach (var left in owned.Where(one => one is OnnxBackend).ToArray())
                {
                    owned.Remove(left);
                    left.Dispose();
                }
            }

            if (lack is not null) choice = choice with { IsRefusal = true, Reason = $"{choice.Reason}; not by a card: {lack}" };
            var model = new AnomalyModel(pipeline, manifest, ModelFile.VersionOf(manifest, sha256), staging, normal, owned) { Engine = choice, BatchSizes = parts?.Sizes };
            if (isOnGpu) model.WarmUp(maxBatchSize);
            return model;
        }
        catch
        {
            foreach (var thing in owned) thing.Dispose();
            throw;
        }
        finally
        {
            foreach (var frame in references) frame.Dispose();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var before = _pipeline.PassTime;
        DetectionResult[] detections = BatchSizes is { } sizes
            ? [.. frames.Chunk(sizes.Largest).SelectMany(part => _pipeline.Detect(part, sizes.SizeFor(part.Length)))]
            : _pipeline.Detect(frames);
        var forwardMs = (_pipeline.PassTime - before).TotalMilliseconds;
        return [.. detections.Select(detection => detection with { ForwardMs = forwardMs })];
    }

    /// <summary>The frame as the model expects it, whatever it was measured against; null for methods that rebuild no picture. Values that are not finite, or outside [0, 1], become the nearest that are within.</summary>
    /// <param name="frame">Prepared to <see cref="Input"/>; it stays the caller's.</param>
    /// <returns>The frame that is judged, last of a clip, in the size of its <see cref="PreparedFrame.Cover"/>; the caller disposes it.</returns>
    public PreparedFrame? Reconstruct(PreparedFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return _pipeline.Reconstruct(frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var thing in _owned) thing.Dispose();
    }

    /// <summary>Warms up each batch size that will come from now on; see <see cref="WarmUpBatchSizes"/>.</summary>
    internal void WarmUp(int maxBatchSize)
    {
        if (Network.BatchesFrames && Input.Tiles is null) BatchSizes = WarmUpBatchSizes.Find(maxBatchSize, size => _pipeline.Detect([], size));
    }

    /// <summary>Brings a network to where its frames are, in its inference form.</summary>
    private static InferencePipeline ByTorch(InferenceNetwork network, FrameStaging staging, PixelwiseNormalizer? normal, ThreadTeam team)
    {
        using var scope = NewDisposeScope();
        network.Network.to(staging.Device);
        InferenceOptimizer.Optimize(network.Network);
        return new InferencePipeline(network, new TorchBackend(network), staging, normal, team);
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

    /// <summary>Judges the reference frames as they were judged where the model was trained.</summary>
    /// <returns>The frames; the caller disposes them.</returns>
    private static List<PreparedFrame> Replay(
        string path, ModelManifest manifest, IReadOnlyDictionary<string, byte[]> files, InferencePipeline torch, bool isRounded)
    {
        var frames = new List<PreparedFrame>();
        try
        {
            foreach (var reference in manifest.References)
            {
                var prepared = ReferenceFrames.Decode(Entry(path, files, reference.File), manifest.Input, out var error)
                    ?? throw new ModelFileException($"{path}: {reference.File}: {error}");
                frames.Add(prepared);
                var score = torch.Detect([prepared])[0].Score;
                var tolerance = (isRounded ? (float)Bfloat16Trial.MostScoreDifference : ReplayTolerance) * Math.Max(Math.Abs(reference.Score), Math.Abs(manifest.Calibration.Threshold));
                if (!(Math.Abs(score - reference.Score) <= tolerance))
                {
                    throw new ModelFileException(
                        $"{path}: {reference.File} scores {score:G6} here, but {reference.Score:G6} where the model was trained; it would judge differently and is refused. {(isRounded ? "Turn TensorFloat32 off, or train" : "Train")} it again with this release.");
                }
            }

            return frames;
        }
        catch
        {
            foreach (var frame in frames) frame.Dispose();
            throw;
        }
    }
}
