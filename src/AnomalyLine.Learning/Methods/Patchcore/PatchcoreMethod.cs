using AnomalyLine.Detection.Models;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods.Features;
using TorchSharp;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Patchcore;

/// <summary>
/// Roth, Pemula, Zepeda, Schölkopf, Brox, Gehler, "Towards total recall in industrial anomaly detection", CVPR 2022: patches of normal parts in a memory, and the distance to the nearest of them. Closed
/// form, and what a further frame has that is not near to the memory is added to it.
/// </summary>
internal sealed class PatchcoreMethod : PlaceMethod
{
    /// <summary>How far updates may grow the memory, as a multiple of the option.</summary>
    private const int MostGrowth = 2;

    private readonly PatchcoreOptions _options;
    private PatchcoreNetwork _network;

    public PatchcoreMethod(PatchcoreOptions options, Backbone? backbone)
        : base(options, backbone) => (_options, _network) = (options, new PatchcoreNetwork(Channels, options.Projection));

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <inheritdoc/>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var candidates = Candidates(normals);
        var (memory, projection) = (_network.Memory, _network.Projection);
        var (had, radius) = (memory.shape[0], _network.Radius.item<float>());
        var coreset = new GreedyCoreset(candidates.mm(projection), memory.mm(projection));
        var most = had == 0 ? _options.Memory : Math.Max(0, ((long)MostGrowth * _options.Memory) - had);
        var chosen = coreset.Choose(most, radius);
        var network = new PatchcoreNetwork(had + chosen.Length, Channels, _options.Projection);
        network.to(memory.device);
        network.Memory.narrow(0, 0, had).copy_(memory);
        network.Memory.narrow(0, had, chosen.Length).copy_(candidates.index_select(0, tensor(chosen, device: memory.device)));
        network.Projection.copy_(projection);
        network.Radius.fill_(S(0)).add_(tensor((float)Math.Max(radius, coreset.Radius)), S(1));
        Replace(network);
    }

    /// <inheritdoc/>
    public override void ReadWeights(ReadOnlySpan<byte> file)
    {
        if (SafeTensorsFile.Read(file, out _).TryGetValue("memory", out var entry) && entry.Shape is [>= 0 and var rows, _] && rows <= file.Length / sizeof(float) / Channels)
        {
            var network = new PatchcoreNetwork(rows, Channels, _options.Projection);
            network.to(_network.Memory.device);
            Replace(network);
        }

        base.ReadWeights(file);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var rows = Patches(features);
        if (_network.Memory.shape[0] == 0) return [zeros(rows.shape[0], Shapes[0].Height, Shapes[0].Width, device: rows.device).MoveToOuterDisposeScope()];
        var (directions, lengths) = Search();
        var distances = empty(rows.shape[0], rows.shape[1], device: rows.device);
        for (var i = 0; i < rows.shape[0]; i++)
        {
            // A frame at a time: each has as many numbers as places times patches.
            using var step = NewDisposeScope();
            distances[i] = rows[i].mm(directions).add_(lengths, S(1)).amin([1]);
        }

        return [distances.Plus((rows * rows).sum([-1])).clamp_min(S(0)).sqrt().view(-1, Shapes[0].Height, Shapes[0].Width).MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        using var scope = NewDisposeScope();
        long[] kernel = [_options.Neighbourhood, _options.Neighbourhood], pads = [.. Enumerable.Repeat(_options.Neighbourhood / 2L, 4)];
        OnnxValue[] averaged = _options.Neighbourhood == 1
            ? [.. features]
            : [.. features.Select(f => graph.Add("AveragePool", [f], ("kernel_shape", kernel), ("pads", pads), ("count_include_pad", 0L)))];
        var rows = graph.Add("Reshape", [graph.ToRows(WriteJoin(graph, averaged)), graph.Constant(-1, Channels)]);
        var (directions, lengths) = Search();
        var products = graph.Add("Gemm", [rows, graph.Constant(directions), graph.Constant(lengths)]);
        var nearest = graph.Add("ReduceMin", [products], ("axes", new long[] { 1 }), ("keepdims", 0L));
        var squares = graph.Add("ReduceSum", [graph.Add("Mul", [rows, rows]), graph.Constant([-1L])], ("keepdims", 0L));
        var distances = graph.Add("Sqrt", [graph.Add("Relu", [graph.Add("Add", [nearest, squares])])]);
        return [graph.Add("Reshape", [distances, graph.Constant(-1, Shapes[0].Height, Shapes[0].Width)])];
    }

    /// <summary>|x - m|^2 = |x|^2 + (|m|^2 - 2 x m): K x M and M for what is in brackets.</summary>
    private (Tensor Directions, Tensor Lengths) Search() => (_network.Memory.t() * S(-2), (_network.Memory * _network.Memory).sum([1]));

    /// <summary>Locally averaged features, N x P x K.</summary>
    private Tensor Patches(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var side = _options.Neighbourhood;
        Tensor[] averaged = [.. features.Select(f => side == 1 ? f : nn.functional.avg_pool2d(f, side, 1, side / 2, count_include_pad: false))];
        return Join(averaged).flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Patches of all frames, n x K; of more than the options allow, as many drawn at random (reservoir sampling; Vitter, "Random sampling with a reservoir", 1985).</summary>
    private Tensor Candidates(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var draw = new Random((int)randint(int.MaxValue, 1).item<long>());
        var pool = empty(_options.Candidates, Channels, device: _network.Memory.device);
        long seen = 0;
        foreach (var batch in normals)
        {
            using var step = NewDisposeScope();
            var rows = Patches(Split(batch)).flatten(0, 1);
            var kept = new Dictionary<long, long>();
            for (var row = 0; row < rows.shape[0]; row++, seen++)
            {
                var place = seen < _options.Candidates ? seen : draw.NextInt64(seen + 1);
                if (place < _options.Candidates) kept[place] = row;
            }

            pool.index_copy_(0, tensor(kept.Keys.ToArray(), device: pool.device), rows.index_select(0, tensor(kept.Values.ToArray(), device: pool.device)));
        }

        return pool.narrow(0, 0, Math.Min(seen, _options.Candidates)).MoveToOuterDisposeScope();
    }

    private void Replace(PatchcoreNetwork network)
    {
        _network.Dispose();
        _network = network;
    }
}
