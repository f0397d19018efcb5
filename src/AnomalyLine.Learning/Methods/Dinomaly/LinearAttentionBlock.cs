using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>
/// A transformer block, N x T x D to the same, layer norm first, with linear attention (Katharopoulos et al., "Transformers are RNNs", ICML
/// 2020, eq. 5 with elu(x) + 1): without a softmax no token can look at itself
/// alone, so that an anomaly is not copied through. Attention is computed in float32.
/// </summary>
internal sealed class LinearAttentionBlock : nn.Module<Tensor, Tensor>
{
    private static readonly long[] HeadsFirst = [0, 2, 1, 3];
    private static readonly long[] HeadsFirstTurned = [0, 2, 3, 1];

    private readonly int _width, _heads, _tokens;
    private readonly LayerNorm _attentionNorm, _innerNorm;
    private readonly Linear _query, _key, _value, _output;
    private readonly Chain _inner;

    /// <summary>With random weights.</summary>
    /// <param name="width">D, a multiple of the heads.</param>
    /// <param name="heads">Heads of attention.</param>
    /// <param name="expansion">Inner numbers of the perceptron as a multiple of D.</param>
    /// <param name="tokens">T.</param>
    public LinearAttentionBlock(int width, int heads, int expansion, int tokens)
        : base(nameof(LinearAttentionBlock))
    {
        (_width, _heads, _tokens) = (width, heads, tokens);
        _attentionNorm = nn.LayerNorm(width);
        _query = nn.Linear(width, width);
        _key = nn.Linear(width, width);
        _value = nn.Linear(width, width);
        _output = nn.Linear(width, width);
        _innerNorm = nn.LayerNorm(width);
        _inner = new Chain(nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width));
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

    /// <summary>For each head f(Q) (f(K)' V) / (f(Q) f(K)' 1), f(x) = elu(x) + 1.</summary>
    private Tensor Attend(Tensor tokens)
    {
        var query = Split(_query.call(tokens)).InSingle();
        var key = Split(_key.call(tokens)).InSingle();
        var value = Split(_value.call(tokens)).InSingle();
        (query, key) = (Positive(query), Positive(key));
        var read = query.matmul(key.transpose(2, 3).matmul(value));
        var weight = query.matmul(key.sum([2]).unsqueeze(3));
        return _output.call((read / weight).transpose(1, 2).flatten(2).InTypeOf(tokens));
    }

    /// <summary>elu(x) + 1, which is exp(x) below 0.</summary>
    private static Tensor Positive(Tensor values) => values.relu().Plus(values.clamp_max(S(0)).exp());

    /// <summary>The same as <see cref="Attend"/>.</summary>
    private OnnxValue WriteAttention(OnnxGraph graph, OnnxValue tokens)
    {
        var query = Positive(Cut(_query, HeadsFirst));
        var key = Positive(Cut(_key, HeadsFirstTurned));
        var read = graph.Add("MatMul", [query, graph.Add("MatMul", [key, Cut(_value, HeadsFirst)])]);
        var weight = graph.Add("MatMul", [query, graph.Add("ReduceSum", [key, graph.Constant([3L])])]);
        var joined = graph.Add("Transpose", [graph.Add("Div", [read, weight])], ("perm", HeadsFirst));
        return graph.Apply(_output, graph.Add("Reshape", [joined, graph.Constant(0, _tokens, _width)]));

        OnnxValue Positive(OnnxValue value) => graph.Add("Add", [graph.Add("Elu", [value]), graph.Constant(1f)]);
        OnnxValue Cut(Linear layer, long[] order) =>
            graph.Add("Transpose", [graph.Add("Reshape", [graph.Apply(layer, tokens), graph.Constant(0, _tokens, _heads, _width / _heads)])], ("perm", order));
    }

    /// <summary>N x T x D to N x heads x T x D / heads.</summary>
    private Tensor Split(Tensor tokens) => tokens.view(tokens.shape[0], tokens.shape[1], _heads, -1).transpose(1, 2);
}
