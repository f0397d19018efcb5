using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>
/// A block of InTra: M x T x D to the same, layer norm first. Queries and keys come from a perceptron each, D to 2 D to D / 2 ("multihead feature
/// self-attention"), values from a linear layer; then a perceptron D to 4 D to D. Sums and softmax are in float32.
/// </summary>
internal sealed class IntraBlock : nn.Module<Tensor, Tensor>
{
    private static readonly long[] HeadsFirst = [0, 2, 1, 3];
    private static readonly long[] HeadsFirstTurned = [0, 2, 3, 1];

    private readonly int _heads;
    private readonly int _width;
    private readonly int _tokens;
    private readonly LayerNorm _attentionNorm;
    private readonly Chain _query;
    private readonly Chain _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly LayerNorm _innerNorm;
    private readonly Chain _inner;

    /// <summary>With random weights.</summary>
    /// <param name="width">D, a multiple of twice the heads.</param>
    /// <param name="heads">Heads of attention.</param>
    /// <param name="tokens">T.</param>
    public IntraBlock(int width, int heads, int tokens)
        : base(nameof(IntraBlock))
    {
        (_heads, _width, _tokens) = (heads, width, tokens);
        _attentionNorm = nn.LayerNorm(width);
        _query = Perceptron(width, 2 * width, width / 2);
        _key = Perceptron(width, 2 * width, width / 2);
        _value = nn.Linear(width, width);
        _output = nn.Linear(width, width);
        _innerNorm = nn.LayerNorm(width);
        _inner = Perceptron(width, 4 * width, width);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var attended = input.Plus(Attend(_attentionNorm.call(input).InTypeOf(_value.weight)).InSingle());
        return attended.Plus(_inner.call(_innerNorm.call(attended).InTypeOf(_value.weight)).InSingle()).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var attended = graph.Add("Add", [input, WriteAttention(graph, graph.Apply(_attentionNorm, input))]);
        return graph.Add("Add", [attended, graph.Apply(_inner, graph.Apply(_innerNorm, attended))]);
    }

    /// <summary>The same as <see cref="Attend"/>, with the division by sqrt(d) in the weights that make queries.</summary>
    private OnnxValue WriteAttention(OnnxGraph graph, OnnxValue tokens)
    {
        var factor = 1 / Math.Sqrt(_width / 2.0 / _heads);
        var query = Cut(graph.Linear((Linear)_query.Links[2], graph.Apply(_query.Links[1], graph.Apply(_query.Links[0], tokens)), factor), _width / 2, HeadsFirst);
        var key = Cut(graph.Apply(_key, tokens), _width / 2, HeadsFirstTurned);
        var weights = graph.Add("Softmax", [graph.Add("MatMul", [query, key])], ("axis", 3L));
        var read = graph.Add("Transpose", [graph.Add("MatMul", [weights, Cut(graph.Apply(_value, tokens), _width, HeadsFirst)])], ("perm", HeadsFirst));
        return graph.Apply(_output, graph.Add("Reshape", [read, graph.Constant(0, _tokens, _width)]));

        OnnxValue Cut(OnnxValue values, int width, long[] order) =>
            graph.Add("Transpose", [graph.Add("Reshape", [values, graph.Constant(0, _tokens, _heads, width / _heads)])], ("perm", order));
    }

    /// <summary>softmax(Q K' / sqrt(d)) V of each head, d the numbers of a query.</summary>
    private Tensor Attend(Tensor tokens)
    {
        var (query, key, value) = (Split(_query.call(tokens)), Split(_key.call(tokens)), Split(_value.call(tokens)));
        var weights = (query.matmul(key.transpose(2, 3)).InSingle() / S(Math.Sqrt(query.shape[3]))).softmax(3);
        return _output.call(weights.InTypeOf(value).matmul(value).transpose(1, 2).flatten(2));
    }

    /// <summary>M x T x E to M x heads x T x E / heads.</summary>
    private Tensor Split(Tensor tokens) => tokens.view(tokens.shape[0], tokens.shape[1], _heads, -1).transpose(1, 2);

    private static Chain Perceptron(int from, int through, int to) => new Chain(nn.Linear(from, through), nn.GELU(), nn.Linear(through, to));
}
