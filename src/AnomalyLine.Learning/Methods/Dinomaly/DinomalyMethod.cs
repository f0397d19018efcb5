using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods.Features;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>
/// Features are rebuilt by a transformer that is too noisy, too unfocused and too loosely trained to rebuild what normal parts do not have.
/// After Guo, Lu, Zhang, Chen, Li, Liao, "Dinomaly: the less is more philosophy
/// in multi-class unsupervised anomaly detection", CVPR 2025 (arXiv 2405.14325), on features of a small convolutional network.
/// </summary>
internal sealed class DinomalyMethod : FeatureMethod
{
    private const double LeastDeviation = 1e-6;

    private readonly DinomalyOptions _options;
    private readonly TokenGrid _grid;
    private readonly DinomalyNetwork _network;

    public DinomalyMethod(DinomalyOptions options, Backbone? backbone)
        : base(options, backbone)
    {
        _options = options;
        _grid = new TokenGrid(Shapes);
        _network = new DinomalyNetwork(options, _grid.Count, _grid.Width);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>Takes mean and deviation of each of a token's numbers.</summary>
    public override void Prepare(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var (sum, squares) = (zeros_like(_network.Mean, ScalarType.Float64), zeros_like(_network.Mean, ScalarType.Float64));
        long count = 0;
        foreach (var batch in normals)
        {
            using var step = NewDisposeScope();
            var rows = _grid.ToTokens(Split(batch)).flatten(0, 1);
            sum.add_(rows.sum([0], type: ScalarType.Float64), S(1));
            squares.add_((rows * rows).sum([0], type: ScalarType.Float64), S(1));
            count += rows.shape[0];
        }

        var mean = sum / S((double)count);
        _network.Mean.copy_(mean);
        _network.Deviation.copy_(((squares / S((double)count)) - (mean * mean)).clamp_min(S(LeastDeviation * LeastDeviation)).sqrt());
    }

    /// <inheritdoc/>
    public override double TrainStep(Tensor frames, double progress, Random random)
    {
        var share = _options.EasyShare * (progress < _options.EasyGrowth ? progress / _options.EasyGrowth : 1);
        return Descend(_network, Loss(frames, (seen, rebuilt) => Loosen(seen, rebuilt, share, _options.EasyGradient)), progress);
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tensor frames, Random random) => Loss(frames, (_, rebuilt) => rebuilt);

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        return [.. Rebuild(features).Zip(features, (rebuilt, seen) => CosineDistance.OfPlaces(seen, rebuilt).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        var rebuilt = _grid.WriteFeatures(graph, _network.Write(graph, _grid.WriteTokens(graph, features)));
        return [.. rebuilt.Zip(features, (r, seen) => CosineDistance.WriteOfPlaces(graph, seen, r))];
    }

    /// <summary>The same values, with gradients of the places that are rebuilt best made smaller.</summary>
    /// <param name="seen">N x C x h x w.</param>
    /// <param name="rebuilt">The same.</param>
    /// <param name="share">Share of the places of all frames together, 0..1.</param>
    /// <param name="factor">What their gradients are multiplied by.</param>
    internal static Tensor Loosen(Tensor seen, Tensor rebuilt, double share, double factor)
    {
        var held = rebuilt.detach();
        var distances = CosineDistance.OfPlaces(seen, held);
        var easy = (long)(share * distances.numel());
        if (easy == 0) return rebuilt;
        var (bound, _) = distances.flatten().kthvalue(easy, 0, false);
        var weights = (distances > bound).to(ScalarType.Float32) * S(1 - factor);
        return held.Plus((rebuilt - held) * weights.Plus(factor).unsqueeze(1));
    }

    private Tensor Loss(Tensor frames, Func<Tensor, Tensor, Tensor> seenThrough)
    {
        using var scope = NewDisposeScope();
        var features = Split(frames);
        var losses = Rebuild(features).Zip(features, (rebuilt, seen) => CosineDistance.OfFrames(seen, seenThrough(seen, rebuilt)));
        return (losses.Aggregate((one, other) => one.Plus(other)) / S((double)Shapes.Count)).MoveToOuterDisposeScope();
    }

    private Tensor[] Rebuild(IReadOnlyList<Tensor> features) => _grid.ToFeatures(_network.call(_grid.ToTokens(features)));
}
