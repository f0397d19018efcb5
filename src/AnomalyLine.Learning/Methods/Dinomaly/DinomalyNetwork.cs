using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>
/// Rebuilds tokens of features, N x T x K to the same: normalised by what training tokens are, through a bottleneck that drops numbers while
/// training, and a few transformer blocks.
/// </summary>
internal sealed class DinomalyNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Linear _embedding;
    private readonly Chain _bottleneck;
    private readonly Parameter _positions;
    private readonly ModuleList<LinearAttentionBlock> _blocks;
    private readonly Linear _head;

    /// <summary>With random weights.</summary>
    /// <param name="options">Widths and depths.</param>
    /// <param name="tokens">T.</param>
    /// <param name="numbers">K.</param>
    public DinomalyNetwork(DinomalyOptions options, int tokens, int numbers)
        : base(nameof(DinomalyNetwork))
    {
        var (width, inner) = (options.Width, options.Expansion * options.Width);
        _embedding = nn.Linear(numbers, width);
        _bottleneck = new Chain(
            nn.Dropout(options.Dropout), nn.Linear(width, inner), nn.GELU(), nn.Dropout(options.Dropout), nn.Linear(inner, width), nn.Dropout(options.Dropout));
        _positions = nn.Parameter((randn(tokens, width) * S(0.02)).DetachFromDisposeScope());
        _blocks = [];
        for (var i = 0; i < options.Blocks; i++) _blocks.Add(new LinearAttentionBlock(width, options.Heads, options.Expansion, tokens));
        _head = nn.Linear(width, numbers);
        RegisterComponents();
        register_buffer("mean", zeros(numbers).DetachFromDisposeScope());
        register_buffer("deviation", ones(numbers).DetachFromDisposeScope());
    }

    /// <summary>K: the mean of each of a token's numbers.</summary>
    public Tensor Mean => get_buffer("mean")!;

    /// <summary>K: the standard deviation of each, above 0.</summary>
    public Tensor Deviation => get_buffer("deviation")!;

    /// <inheritdoc/>
    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var normal = (tokens - Mean) / Deviation;
        var value = _bottleneck.call(_embedding.call(normal.InTypeOf(_embedding.weight))).InSingle().Plus(_positions);
        foreach (var block in _blocks) value = block.call(value);
        return (_head.call(value.InTypeOf(_head.weight)).InSingle() * Deviation).Plus(Mean).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/> when judging.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue tokens)
    {
        var normal = graph.Add("Div", [graph.Add("Sub", [tokens, graph.Constant(Mean)]), graph.Constant(Deviation)]);
        var value = graph.Add("Add", [graph.Apply(_bottleneck, graph.Apply(_embedding, normal)), graph.Constant(_positions)]);
        foreach (var block in _blocks) value = block.Write(graph, value);
        return graph.Add("Add", [graph.Add("Mul", [graph.Apply(_head, value), graph.Constant(Deviation)]), graph.Constant(Mean)]);
    }
}
