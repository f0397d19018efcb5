using AnomalyLine.Vision.Layers;
using TorchSharp.Modules;
using static AnomalyLine.Vision.Layers.Numbers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Methods.Intra;

/// <summary>
/// A block of InTra: M x T x D to the same, layer norm first. Queries and keys come from a perceptron each, D to 2 D to D / 2 ("multihead feature
/// self-attention"), values from a linear layer; then a perceptron D to 4 D to D. Sums and softmax are in float32.
/// </summary>
internal sealed class IntraBlock : nn.Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly LayerNorm _attentionNorm;
    private readonly Chain _query;
    private readonly Chain _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly LayerNorm _innerNorm;
    private readonly Chain _inner;

    public IntraBlock(int width, int heads)
        : base(nameof(IntraBlock))
    {
        _heads = heads;
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
        var attended = input + Attend(_attentionNorm.call(input).InTypeOf(_value.weight)).InSingle();
        return (attended + _inner.call(_innerNorm.call(attended).InTypeOf(_value.weight)).InSingle()).MoveToOuterDisposeScope();
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
