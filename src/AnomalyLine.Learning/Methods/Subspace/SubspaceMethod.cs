using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods.Features;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Subspace;

/// <summary>
/// Linear reconstruction: features are rebuilt from the principal components of those of normal parts, and what is left over is the anomaly. After Rippel, Mertens, Merhof, "Modeling the distribution of
/// normal data in pre-trained deep features for anomaly detection", ICPR 2020 (their finding that the components of least variance tell anomalies), and the reconstruction error of Jackson, Mudholkar,
/// "Control procedures for residuals associated with principal component analysis", Technometrics 1979. Closed form: one pass over the frames, and further frames can be added.
/// </summary>
internal sealed class SubspaceMethod : PlaceMethod
{
    /// <summary>The least variance of a feature, as a share of the mean.</summary>
    private const double QuietVariance = 1e-3;

    private readonly SubspaceOptions _options;
    private readonly SubspaceNetwork _network;

    public SubspaceMethod(SubspaceOptions options, Backbone? backbone)
        : base(options, backbone) => (_options, _network) = (options, new SubspaceNetwork(Channels));

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <inheritdoc/>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var channels = _network.Mean.shape[0];
        var seen = _network.Seen();
        foreach (var batch in normals)
        {
            using var step = NewDisposeScope();
            seen.Add(Join(Split(batch)).permute(0, 2, 3, 1).reshape(1, -1, channels));
        }

        var covariance = seen.Covariance().squeeze(0);
        var scale = Scale(covariance.diagonal());
        var (variances, components) = linalg.eigh(covariance * scale.outer(scale));
        var kept = Kept(variances.clamp_min(S(0)).cpu().data<double>().ToArray());
        _network.Take(seen, scale, components.narrow(1, channels - kept, kept));
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var centred = (Join(features).permute(0, 2, 3, 1) - _network.Mean) * _network.Scale;
        var rebuilt = centred.matmul(_network.Basis);
        return [((centred * centred).sum([-1]) - (rebuilt * rebuilt).sum([-1])).clamp_min(S(0)).sqrt().MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        var shifted = graph.Add("Sub", [graph.ToRows(WriteJoin(graph, features)), graph.Constant(_network.Mean)]);
        var centred = graph.Add("Mul", [shifted, graph.Constant(_network.Scale)]);
        var rebuilt = graph.Add("MatMul", [centred, graph.Constant(_network.Basis)]);
        OnnxValue Squares(OnnxValue rows) => graph.Add("ReduceSum", [graph.Add("Mul", [rows, rows]), graph.Constant([-1L])], ("keepdims", 0L));
        return [graph.Add("Sqrt", [graph.Add("Relu", [graph.Add("Sub", [Squares(centred), Squares(rebuilt)])])])];
    }

    /// <summary>One over each feature's deviation; features that hardly vary on normal parts are not made louder than those that vary a thousandth of the mean variance.</summary>
    private static Tensor Scale(Tensor variances) => variances.maximum(variances.mean() * S(QuietVariance)).clamp_min(S(1e-12)).rsqrt();

    /// <summary>How many components hold the share of the variance that the options ask for, at most all but one.</summary>
    private int Kept(double[] ascending)
    {
        var (total, held, kept) = (ascending.Sum(), 0.0, 0);
        while (kept < ascending.Length - 1 && held < _options.Variance * total) held += ascending[^++kept];
        return Math.Max(1, kept);
    }
}
