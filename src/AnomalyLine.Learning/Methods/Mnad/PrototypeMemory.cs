using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>
/// A few unit vectors, each the prototype of a kind of normal place (Park, Noh, Ham 2020, section 3.2). They are moved towards the queries that are
/// nearest to them, not by gradients: a buffer, M x C, each row of length 1.
/// </summary>
internal sealed class PrototypeMemory : nn.Module
{
    private static readonly long[] LastAxis = [-1];

    /// <summary>With random items.</summary>
    /// <param name="items">M, at least 2.</param>
    /// <param name="channels">C.</param>
    public PrototypeMemory(int items, int channels)
        : base(nameof(PrototypeMemory))
    {
        using var scope = NewDisposeScope();
        register_buffer("items", nn.functional.normalize(rand(items, channels), dim: 1).DetachFromDisposeScope());
        RegisterComponents();
    }

    /// <summary>M x C, each row of length 1.</summary>
    public Tensor Items => get_buffer("items")!;

    /// <summary>Mixture of items for each query, softmax(q pᵀ) p, detached as in the published code (eq. 2-3).</summary>
    /// <param name="queries">K x C, rows of length 1.</param>
    /// <returns>K x C without a gradient.</returns>
    public Tensor Read(Tensor queries)
    {
        using var scope = NewDisposeScope();
        return queries.detach().matmul(Items.t()).softmax(1).matmul(Items).MoveToOuterDisposeScope();
    }

    /// <summary>Squared distance of each query to its nearest item, 2 - 2 q·p for vectors of length 1: K in [0, 4].</summary>
    public Tensor Distance(Tensor queries) => Squared(queries.matmul(Items.t()).amax([1]));

    /// <summary>
    /// Compactness, the mean squared difference between a query and its nearest item (eq. 9), and separateness, max(|q - p₁| - |q - p₂| + 1, 0)
    /// with its nearest and second nearest (eq. 10, unsquared as in the published code). Scalars.
    /// </summary>
    public (Tensor Compactness, Tensor Separateness) Losses(Tensor queries)
    {
        using var scope = NewDisposeScope();
        var (nearest, _) = queries.matmul(Items.t()).topk(2, 1);
        var squared = Squared(nearest);
        var (first, second) = (squared.select(1, 0), squared.select(1, 1));
        var separateness = (Root(first) - Root(second)).Plus(1).relu().mean();
        return ((first.mean() / S(queries.shape[1])).MoveToOuterDisposeScope(), separateness.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Moves each item towards the queries nearest to it: p ← normalise(p + Σ v q), v the softmax of q·p over all queries divided by its maximum
    /// (eq. 5-7). An item that is nearest to none stays.
    /// </summary>
    /// <param name="queries">K x C, rows of length 1; no gradient is taken.</param>
    public void Update(Tensor queries)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var scores = queries.matmul(Items.t());
        var isNearest = nn.functional.one_hot(scores.argmax(1), Items.shape[0]);
        var weights = (scores - scores.amax([0], keepdim: true)).exp() * isNearest;
        Items.copy_(nn.functional.normalize(Items.Plus(weights.t().matmul(queries)), dim: 1));
    }

    /// <summary>The same as <see cref="Read"/> and <see cref="Distance"/>: N x H x W x C to the same and to N x H x W.</summary>
    public (OnnxValue Answers, OnnxValue Distance) Write(OnnxGraph graph, OnnxValue queries)
    {
        using var scope = NewDisposeScope();
        var scores = graph.Add("MatMul", [queries, graph.Constant(Items.t())]);
        var nearest = graph.Add("ReduceMax", [scores], ("axes", LastAxis), ("keepdims", 0L));
        var (answers, two) = (graph.Add("MatMul", [graph.Add("Softmax", [scores], ("axis", -1L)), graph.Constant(Items)]), graph.Constant(2f));
        return (answers, graph.Add("Relu", [graph.Add("Sub", [two, graph.Add("Mul", [two, nearest])])]));
    }

    private static Tensor Squared(Tensor cosine) => (S(2) * OneMinus(cosine)).clamp_min(S(0));

    /// <summary>The root's gradient has no bound at 0, so that it is cut off just above.</summary>
    private static Tensor Root(Tensor squared) => squared.clamp_min(S(1e-12)).sqrt();
}
