using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Memae;

/// <summary>
/// Gong, Liu, Le, Saha, Mansour, Venkatesh, van den Hengel, "Memorizing normality to detect anomaly: memory-augmented deep autoencoder for
/// unsupervised anomaly detection", ICCV 2019. Between encoder and decoder each place is replaced by a mixture of a few learnt items.
/// </summary>
internal sealed class MemaeMethod(MemaeOptions options) : AnomalyMethod(options)
{
    private readonly MemaeNetwork _network = new(options);

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>Mean squared error in [-1, 1] + entropy of the addressing weights (eq. 10).</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var x = (frames * S(2)) - S(1);
        var (reconstruction, weights) = _network.Rebuild(x);
        return nn.functional.mse_loss(reconstruction, x).Plus(S(options.Entropy) * Entropy(weights));
    }

    /// <summary>Squared error in [-1, 1], averaged over the channels of all frames of the clip, smoothed.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        var x = (frames * S(2)) - S(1);
        return MeanFilter.Apply(SquaredDistance.Apply(x, context.Pass(frames)[0], context.Team), options.Smoothing, context.Team);
    }

    /// <inheritdoc/>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) =>
        context.Pass(frames)[0].narrow(1, options.Input.Planes - options.Channels, options.Channels).Plus(1) / S(2);

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (planes, (width, height)) = (options.Input.Planes, options.Size);
        graph.Output("reconstruction", _network.Write(graph, graph.Centre(graph.Input("frames", planes, height, width))), null, planes, height, width);
        return new OnnxReading("the mean over channels of (2 frames - 1 - reconstruction)²" + OnnxReading.Smoothed(options.Smoothing));
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames)
    {
        var x = graph.Centre(frames);
        return MeanFilter.Write(graph, SquaredDistance.Write(graph, x, _network.Write(graph, x)), options.Smoothing);
    }

    /// <inheritdoc/>
    public override Tensor[] Forward(Tensor input) => [_network.call((input * S(2)) - S(1))];

    /// <summary>Mean over queries of -Σ w log(w + ε) (eq. 9).</summary>
    /// <param name="weights">K x N, each row's sum is 1.</param>
    /// <returns>A scalar: 0 where each query takes one item, log N where it takes all alike.</returns>
    internal static Tensor Entropy(Tensor weights) => -(weights * weights.Plus(1e-12).log()).sum([1]).mean();
}
