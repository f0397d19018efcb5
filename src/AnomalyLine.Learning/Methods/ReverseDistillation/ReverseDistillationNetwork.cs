using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.ReverseDistillation;

/// <summary>
/// The student: layers of features, each N x C x h x w, are brought to the coarsest grid, joined, and pressed into one embedding of half that
/// side; a decoder rebuilds them from it, the coarsest first.
/// </summary>
internal sealed class ReverseDistillationNetwork : nn.Module
{
    private readonly ModuleList<Chain> _bring;
    private readonly Chain _join;
    private readonly ModuleList<ResidualBlock> _embed;
    private readonly ModuleList<ResidualBlock> _decode;
    private readonly Stage[] _stages;

    /// <summary>With random weights.</summary>
    /// <param name="options">Widths and depths.</param>
    /// <param name="shapes">The shapes of the layers.</param>
    /// <exception cref="BackboneException">The sides of the grids are not even, or are no powers of two times the coarsest.</exception>
    public ReverseDistillationNetwork(ReverseDistillationOptions options, IReadOnlyList<FeatureShape> shapes)
        : base(nameof(ReverseDistillationNetwork))
    {
        var halvings = Halvings(shapes);
        _bring = [.. shapes.Zip(halvings, (shape, times) => Bring(shape.Channels, times))];
        var joined = shapes.Sum(s => s.Channels);
        _join = new Chain(nn.Conv2d(joined, options.Width, 1, bias: false), nn.BatchNorm2d(options.Width), nn.ReLU(inplace: true));
        _embed = [ResidualBlock.Halving(options.Width, options.Width), .. Enumerable.Range(1, options.Blocks - 1).Select(_ => ResidualBlock.Keeping(options.Width, options.Width))];

        var order = Enumerable.Range(0, shapes.Count).OrderBy(i => halvings[i]).ThenByDescending(i => i).ToArray();
        var stages = new List<Stage>();
        _decode = [];
        var (from, at) = (options.Width, -1);
        foreach (var layer in order)
        {
            var to = shapes[layer].Channels;
            if (at == halvings[layer]) Add(ResidualBlock.Keeping(from, to), to);
            while (at < halvings[layer])
            {
                Add(ResidualBlock.Doubling(from, to), to);
                at++;
            }

            for (var i = 1; i < options.Blocks; i++) Add(ResidualBlock.Keeping(from, to), to);
            stages.Add(new Stage(layer, _decode.Count));
        }

        _stages = [.. stages];
        RegisterComponents();
        register_buffer("least", full(shapes.Count, S(float.MinValue)).DetachFromDisposeScope());

        void Add(ResidualBlock block, int to)
        {
            _decode.Add(block);
            from = to;
        }
    }

    /// <summary>The lowest value of each layer in training; none is rebuilt below it: of features behind a ReLU this is one.</summary>
    public Tensor Least => get_buffer("least")!;

    /// <summary>The layers as the student rebuilds them, in the order of the shapes.</summary>
    public Tensor[] Rebuild(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var brought = features.Zip(_bring, (maps, bring) => bring.call(maps.InTypeOf(_join.FirstWeight)));
        var value = _embed.Aggregate(_join.call(cat([.. brought], 1)), (maps, block) => block.call(maps).relu());
        var rebuilt = new Tensor[features.Count];
        var done = 0;
        foreach (var (layer, end) in _stages)
        {
            for (; done < end - 1; done++) value = _decode[done].call(value).relu();
            var sum = _decode[done++].call(value);
            rebuilt[layer] = sum.InSingle().maximum(Least[layer]).MoveToOuterDisposeScope();
            value = sum.relu();
        }

        return rebuilt;
    }

    /// <summary>The same as <see cref="Rebuild"/>.</summary>
    public OnnxValue[] Write(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        OnnxValue[] brought = [.. features.Zip(_bring, (maps, bring) => graph.Apply(bring, maps))];
        var value = graph.Apply(_join, brought.Length == 1 ? brought[0] : graph.Add("Concat", brought, ("axis", 1L)));
        foreach (var block in _embed) value = Relu(block.Write(graph, value));
        var rebuilt = new OnnxValue[features.Count];
        var done = 0;
        foreach (var (layer, end) in _stages)
        {
            for (; done < end - 1; done++) value = Relu(_decode[done].Write(graph, value));
            var sum = _decode[done++].Write(graph, value);
            rebuilt[layer] = graph.Add("Max", [sum, graph.Constant(Least[layer].item<float>())]);
            value = Relu(sum);
        }

        return rebuilt;

        OnnxValue Relu(OnnxValue maps) => graph.Add("Relu", [maps]);
    }

    /// <summary>From a layer's grid to one of half the side, a number of times.</summary>
    private static Chain Bring(int channels, int times) => new([.. Enumerable.Range(0, times).SelectMany(_ => new nn.Module<Tensor, Tensor>[]
    {
        nn.Conv2d(channels, channels, 3, stride: 2, padding: 1, bias: false), nn.BatchNorm2d(channels), nn.ReLU(inplace: true),
    })]);

    /// <summary>How often each layer's side must be halved to be the coarsest one's.</summary>
    private static int[] Halvings(IReadOnlyList<FeatureShape> shapes)
    {
        var (height, width) = (shapes.Min(s => s.Height), shapes.Min(s => s.Width));
        if (height % 2 != 0 || width % 2 != 0)
            throw new BackboneException($"The coarsest layer has {width} x {height} places, which cannot be halved; choose other layers or another size.");
        return [.. shapes.Select(shape =>
        {
            var times = int.Log2(shape.Height / height);
            return shape.Height == height << times && shape.Width == width << times
                ? times
                : throw new BackboneException($"A layer of {shape.Width} x {shape.Height} places cannot be halved to one of {width} x {height}; choose other layers or another size.");
        })];
    }

    /// <summary>Where a layer is ready: its number, and that of the decoder's blocks up to it.</summary>
    private sealed record Stage(int Layer, int End);
}
