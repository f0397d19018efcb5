using System.Numerics;
using System.Runtime.InteropServices;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>From prepared frames to maps and scores, by one network and one backend. One thread at a time. What it is made of stays its owner's.</summary>
/// <param name="network">In its inference form.</param>
/// <param name="backend">Computes the network's passes.</param>
/// <param name="staging">Brings frames to where the network is.</param>
/// <param name="normal">What the map is measured against; null for the plain map.</param>
/// <param name="team">The threads of maps.</param>
/// <param name="judge">Computes map and score from frames in one graph (<see cref="JudgingGraph"/>), in place of all else; null where it is not so.</param>
internal sealed class InferencePipeline(
    InferenceNetwork network, IInferenceBackend backend, FrameStaging staging, PixelwiseNormalizer? normal, ThreadTeam team, BoundSession? judge = null)
{
    private readonly InferenceContext _context = new(backend, team);
    private readonly TileBlend? _tiles = staging.Input.Tiles is null ? null : new TileBlend(staging.Input);

    /// <summary>The network.</summary>
    public InferenceNetwork Network => network;

    /// <summary>What frames must be prepared to: the network's input, or many of it as tiles.</summary>
    public InputSpec Input => staging.Input;

    /// <summary>What computes its passes.</summary>
    public IInferenceBackend Backend => backend;

    /// <summary>Whether all of judging is one graph.</summary>
    public bool IsOneGraph => judge is not null;

    /// <summary>What all passes have taken together so far; on a GPU by libtorch, until they were queued; of one graph with its copies, map and score.</summary>
    public TimeSpan PassTime => _context.PassTime + (judge?.Elapsed ?? TimeSpan.Zero);

    /// <summary>The same frames and maps by another network, or by another backend.</summary>
    public InferencePipeline With(InferenceNetwork other, IInferenceBackend by) => new(other, by, staging, normal, team);

    /// <summary>The same by one graph.</summary>
    public InferencePipeline With(BoundSession by) => new(network, backend, staging, normal, team, by);

    /// <summary>Judges frames as one batch.</summary>
    public DetectionResult[] Detect(IReadOnlyList<PreparedFrame> frames) => Detect(frames, frames.Count);

    /// <summary>Judges a batch of a size, of which the first are frames and the rest is not looked at.</summary>
    public DetectionResult[] Detect(IReadOnlyList<PreparedFrame> frames, int size)
    {
        if (_tiles is not null) return [.. frames.Select(frame => DetectByTiles(frame, _tiles))];
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        Tensor map;
        if (judge is null)
        {
            map = network.AnomalyMap(staging.Move(frames, size), _context);
            if (normal is not null) map = normal.Measure(map, team);
        }
        else
        {
            staging.Write(frames, judge.Input(size));
            judge.Run(size);

            // The graph's score is that of the whole map.
            if (frames.All(frame => frame.Cover == frame.Input.Whole && frame.Mask is null)) return DetectionsOf(frames, size);
            map = MapOf(size, frames.Count);
        }

        if (frames.Any(frame => frame.Mask is not null)) map = Judged(map, [.. frames.Select(frame => frame.Mask)]);
        if (frames.Any(frame => frame.Cover != frame.Input.Whole))
            return [.. frames.Select((frame, i) => Detections(Covered(map.narrow(0, i, 1), frame.Cover).contiguous(), [frame])[0])];
        return Detections(map, frames);
    }

    /// <summary>The part of maps or pictures, ... x H x W, that shows the frame.</summary>
    internal static Tensor Covered(Tensor maps, RegionOfInterest cover) => maps.narrow(-2, cover.Y, cover.Height).narrow(-1, cover.X, cover.Width);

    /// <summary>Maps, N x H x W, that are 0 where a frame is not judged.</summary>
    /// <param name="maps">One for each mask at least.</param>
    /// <param name="masks">What is not judged; null where all of a frame is.</param>
    internal static Tensor Judged(Tensor maps, IReadOnlyList<AreaMask?> masks)
    {
        if (masks.All(mask => mask is null)) return maps;
        var leftOut = zeros([maps.shape[0], maps.shape[1], maps.shape[2]], ScalarType.Bool);
        var values = MemoryMarshal.Cast<byte, bool>(leftOut.bytes);
        foreach (var (i, mask) in masks.Index()) mask?.LeftOut.CopyTo(values[(i * mask.LeftOut.Length)..]);
        return where(leftOut.to(maps.device), zeros_like(maps), maps);
    }

    /// <summary>See <see cref="AnomalyModel.Reconstruct"/>.</summary>
    public PreparedFrame? Reconstruct(PreparedFrame frame)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var moved = staging.Move([frame], 1);
        var picture = _tiles is null ? network.Reconstruct(moved, _context) : _tiles.Of(moved[0], frame.Cover, tiles => network.Reconstruct(tiles, _context));
        if (picture is null) return null;
        var rebuilt = Covered(picture, frame.Cover).nan_to_num().clamp(Scalars.S(0), Scalars.S(1)).contiguous().cpu();
        var shown = new InputSpec(frame.Cover.Width, frame.Cover.Height, network.Input.Channels);
        var result = new PreparedFrame(shown, frame.Region, frame.FrameWidth, frame.FrameHeight) { View = frame.View };
        CpuMapKernels.Values(rebuilt).CopyTo(result.Writable);
        return result;
    }

    /// <summary>Judges one frame, tile by tile. One at a time: a large frame fills batches by itself, and several would only take memory.</summary>
    private DetectionResult DetectByTiles(PreparedFrame frame, TileBlend blend)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var map = blend.Of(staging.Move([frame], 1)[0], frame.Cover, tiles => judge is null ? network.AnomalyMap(tiles, _context) : MapOfTiles(tiles))!;
        map = Judged(map, [frame.Mask]);
        return Detections(Covered(map, frame.Cover).contiguous(), [frame])[0];
    }

    /// <summary>What the graph made of frames that fill its input and are judged whole.</summary>
    private DetectionResult[] DetectionsOf(IReadOnlyList<PreparedFrame> frames, int size)
    {
        var maps = judge!.Output(size, JudgingGraph.Map);
        var scores = judge.Output(size, JudgingGraph.Score);
        var (height, width) = (network.Input.Height, network.Input.Width);
        var detections = new DetectionResult[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = PooledArrays.Rent<float>(height * width);
            maps.Slice(i * height * width, height * width).CopyTo(values.Memory.Span);
            detections[i] = new DetectionResult(frames[i].MapOf(width, height, values), scores[i]);
        }

        return detections;
    }

    /// <summary>The first maps of the graph's last batch of a size, count x H x W.</summary>
    private Tensor MapOf(int size, int count)
    {
        var map = empty([count, network.Input.Height, network.Input.Width], ScalarType.Float32);
        var values = CpuMapKernels.Values(map);
        judge!.Output(size, JudgingGraph.Map)[..values.Length].CopyTo(values);
        return map;
    }

    private Tensor MapOfTiles(Tensor tiles)
    {
        var count = (int)tiles.shape[0];
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        CpuMapKernels.Values(tiles.contiguous()).CopyTo(judge!.Input(size));
        judge.Run(size);
        return MapOf(size, count);
    }

    /// <summary>What maps of one size say of the frames that they show, the first of the maps.</summary>
    private DetectionResult[] Detections(Tensor maps, IReadOnlyList<PreparedFrame> frames)
    {
        var scores = CpuMapKernels.Values(network.Score(maps, _context).cpu());
        maps = maps.contiguous().cpu();
        var (height, width) = ((int)maps.shape[1], (int)maps.shape[2]);
        var detections = new DetectionResult[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = PooledArrays.Rent<float>(height * width);
            CpuMapKernels.Values(maps, i).CopyTo(values.Memory.Span);
            detections[i] = new DetectionResult(frames[i].MapOf(width, height, values), scores[i]);
        }

        return detections;
    }
}
