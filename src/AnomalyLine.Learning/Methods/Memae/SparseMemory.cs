using AnomalyLine.Inference.Onnx;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Memae;

/// <summary>
/// A matrix of learnt items. A query is answered by a mixture of a few of them, so that only what is made of normal pieces can come out
/// (Gong et al. 2019, section 3.3).
/// </summary>
internal sealed class SparseMemory : nn.Module
{
    private static readonly long[] LastAxis = [-1];
    private readonly Parameter _items;
    private readonly double _threshold;

    /// <summary>With items drawn evenly from ±1/√C.</summary>
    /// <param name="items">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="shrink">Weights below this multiple of 1/N are cut off.</param>
    public SparseMemory(int items, int channels, double shrink)
        : base(nameof(SparseMemory))
    {
        using var scope = NewDisposeScope();
        _items = new Parameter((((rand(items, channels) * S(2)) - S(1)) / S(Math.Sqrt(channels))).DetachFromDisposeScope());
        _threshold = shrink / items;
        RegisterComponents();
    }

    /// <summary>How much of each item answers each query: softmax(z Mᵀ), shrunk (eq. 4 with the published code's dot product for d).</summary>
    /// <param name="queries">K x C.</param>
    /// <returns>K x N, at least 0, each row's sum is 1.</returns>
    public Tensor Address(Tensor queries)
    {
        using var scope = NewDisposeScope();
        return Shrink(queries.matmul(_items.t()).softmax(1), _threshold).MoveToOuterDisposeScope();
    }

    /// <summary>The mixtures ŵ M (eq. 3): K x N to K x C.</summary>
    public Tensor Read(Tensor weights) => weights.matmul(_items);

    /// <summary>
    /// Hard shrinkage with a gradient, max(w - t, 0) w / (|w - t| + ε), each row then scaled to a sum of 1 (eq. 7). Where a row loses all its
    /// weights the greatest is kept, else that query would be answered by nothing.
    /// </summary>
    /// <param name="weights">K x N in [0, 1].</param>
    /// <param name="threshold">t, 0..1.</param>
    /// <returns>K x N, at least 0, each row's sum is 1.</returns>
    internal static Tensor Shrink(Tensor weights, double threshold)
    {
        using var scope = NewDisposeScope();
        var above = weights - S(threshold);
        var kept = above.relu() * weights / above.abs().Plus(1e-12);
        var greatest = where(weights == weights.amax([1], keepdim: true), weights, zeros_like(weights));
        var answered = where(kept.sum([1], keepdim: true) > S(0), kept, greatest);
        return (answered / answered.sum([1], keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="Address"/> and <see cref="Read"/>: N x H x W x C to the same.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue queries)
    {
        using var scope = NewDisposeScope();
        var none = graph.Constant(0f);
        var weights = graph.Add("Softmax", [graph.Add("MatMul", [queries, graph.Constant(_items.t())])], ("axis", -1L));
        var above = graph.Add("Sub", [weights, graph.Constant((float)_threshold)]);
        var kept = graph.Add("Div", [graph.Add("Mul", [graph.Add("Relu", [above]), weights]), graph.Add("Add", [graph.Add("Abs", [above]), graph.Constant(1e-12f)])]);
        var isGreatest = graph.Add("Equal", [weights, graph.Add("ReduceMax", [weights], ("axes", LastAxis))]);
        var answered = graph.Add("Where", [graph.Add("Greater", [Sum(kept), none]), kept, graph.Add("Where", [isGreatest, weights, none])]);
        return graph.Add("MatMul", [graph.Add("Div", [answered, Sum(answered)]), graph.Constant(_items)]);

        OnnxValue Sum(OnnxValue values) => graph.Add("ReduceSum", [values, graph.Constant(LastAxis)]);
    }
}
