using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods.Features;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.ReverseDistillation;

/// <summary>
/// A student rebuilds features from a narrow embedding of them, from coarse to fine, as it learnt on normal parts; what anomalies add does not
/// pass. After Deng, Li, "Anomaly detection via reverse distillation from
/// one-class embedding", CVPR 2022 (arXiv 2201.10703), on features of a small network.
/// </summary>
internal sealed class ReverseDistillationMethod : FeatureMethod
{
    private readonly ReverseDistillationNetwork _network;

    public ReverseDistillationMethod(ReverseDistillationOptions options, Backbone? backbone)
        : base(options, backbone) => _network = new ReverseDistillationNetwork(options, Shapes);

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>Takes the lowest value of each layer.</summary>
    public override void Prepare(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var least = full_like(_network.Least, S(float.PositiveInfinity));
        foreach (var batch in normals)
        {
            using var step = NewDisposeScope();
            least.copy_(least.minimum(stack([.. Split(batch).Select(maps => maps.min())])));
        }

        _network.Least.copy_(least);
    }

    /// <inheritdoc/>
    public override double TrainStep(Tensor frames, double progress, Random random) => Descend(_network, Loss(frames, random), progress, beta1: 0.5);

    /// <summary>The sum over the layers.</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        using var scope = NewDisposeScope();
        var features = Split(frames);
        return _network.Rebuild(features).Zip(features, CosineDistance.OfFrames).Aggregate((one, other) => one.Plus(other)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        return [.. _network.Rebuild(features).Zip(features, (rebuilt, seen) => CosineDistance.OfPlaces(seen, rebuilt).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features) =>
        [.. _network.Write(graph, features).Zip(features, (rebuilt, seen) => CosineDistance.WriteOfPlaces(graph, seen, rebuilt))];
}
