using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>
/// MNAD's network: N x C x S x S in [-1, 1], for prediction with the channels of the frames before, to N x C x S x S, S a multiple of 8. Blocks of two convolutions at 1, 2, 4, 8 times the width with max-pooling
/// between; the deepest map, each place scaled to length 1, is the queries. They and what the memory answers go up again side by side; with skips
/// (prediction) half of each raised map's channels give place to the map of the same size on the way down.
/// </summary>
internal sealed class MnadNetwork : nn.Module<Tensor, Tensor>
{
    private const int Levels = 4;

    private readonly ModuleList<nn.Module<Tensor, Tensor>> _down = [];
    private readonly PrototypeMemory _memory;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _blocks = [];
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _up = [];
    private readonly Chain _last;
    private readonly bool _hasSkips;

    public MnadNetwork(MnadOptions options)
        : base(nameof(MnadNetwork))
    {
        int c = options.Channels, seen = options.Variant == MnadVariant.Prediction ? options.Input.Planes - c : c, w = options.Width;
        _hasSkips = options.Variant == MnadVariant.Prediction;
        for (var level = 0; level < Levels - 1; level++) _down.Add(new Chain([.. Layer(level == 0 ? seen : w << (level - 1), w << level), .. Layer(w << level, w << level)]));

        // Without norm and ReLU at its end, so that queries may point anywhere.
        _down.Add(new Chain([.. Layer(4 * w, 8 * w), Convolution(8 * w, 8 * w)]));
        _memory = new PrototypeMemory(options.Items, 8 * w);
        for (var level = Levels - 1; level > 0; level--)
        {
            var width = w << level;
            _blocks.Add(new Chain([.. Layer(2 * width, width), .. Layer(width, width)]));
            _up.Add(Double(width, _hasSkips ? width / 2 : width));
        }

        _last = new Chain([.. Layer(2 * w, w), .. Layer(w, w), Convolution(w, c)]);
        register_buffer("deviations", ones(2).DetachFromDisposeScope());
        RegisterComponents();
    }

    /// <summary>Deviations on normal frames of the reconstruction's error and of the distance to the memory, by which the map divides: 2, above 0.</summary>
    public Tensor Deviations => get_buffer("deviations")!;

    /// <summary>The memory; its items are saved with the network.</summary>
    public PrototypeMemory Memory => _memory;

    /// <summary>The reconstruction, N x C x S x S in [-1, 1], and the queries, N·S/8·S/8 x 8w, each of length 1, by frame, row, column.</summary>
    public (Tensor Reconstruction, Tensor Queries) Rebuild(Tensor input)
    {
        using var scope = NewDisposeScope();
        var type = ((Chain)_down[0]).FirstWeight;
        var maps = new Tensor[Levels];
        var map = input.InTypeOf(type);
        for (var level = 0; level < Levels; level++) maps[level] = map = _down[level].call(level == 0 ? map : nn.functional.max_pool2d(map, 2));
        var (n, c, h, w) = (map.shape[0], map.shape[1], map.shape[2], map.shape[3]);
        var queries = nn.functional.normalize(map.InSingle().permute(0, 2, 3, 1).reshape(-1, c), dim: 1);
        map = cat([queries, _memory.Read(queries)], 1).view(n, h, w, 2 * c).permute(0, 3, 1, 2).contiguous().InTypeOf(type);
        for (var i = 0; i < _up.Count; i++)
        {
            map = _up[i].call(_blocks[i].call(map));
            if (_hasSkips) map = cat([maps[Levels - 2 - i], map], 1);
        }

        return (_last.call(map).InSingle().tanh().MoveToOuterDisposeScope(), queries.MoveToOuterDisposeScope());
    }

    /// <summary>The reconstruction, N x C x S x S in [-1, 1].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Rebuild(input).Reconstruction.MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="Rebuild"/>; instead of the queries each one's squared distance to the memory, N x S/8 x S/8.</summary>
    public (OnnxValue Reconstruction, OnnxValue Distance) Write(OnnxGraph graph, OnnxValue input)
    {
        var maps = new OnnxValue[Levels];
        var map = input;
        for (var level = 0; level < Levels; level++) maps[level] = map = graph.Apply(_down[level], level == 0 ? map : graph.Halve(map));
        var queries = graph.Add("LpNormalization", [graph.ToRows(map)], ("axis", -1L), ("p", 2L));
        var (answers, distance) = _memory.Write(graph, queries);
        map = graph.Join(graph.ToMaps(queries), graph.ToMaps(answers));
        for (var i = 0; i < _up.Count; i++)
        {
            map = graph.Apply(_up[i], graph.Apply(_blocks[i], map));
            if (_hasSkips) map = graph.Join(maps[Levels - 2 - i], map);
        }

        return (graph.Add("Tanh", [graph.Apply(_last, map)]), distance);
    }

    private static nn.Module<Tensor, Tensor>[] Layer(int from, int to) => [Convolution(from, to), nn.BatchNorm2d(to), nn.ReLU(inplace: true)];

    private static Conv2d Convolution(int from, int to) => nn.Conv2d(from, to, 3, padding: 1);

    private static Chain Double(int from, int to) => new Chain(
        nn.ConvTranspose2d(from, to, 3, stride: 2, padding: 1, output_padding: 1), nn.BatchNorm2d(to), nn.ReLU(inplace: true));
}
