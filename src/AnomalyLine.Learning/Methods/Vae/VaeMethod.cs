using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Vae;

/// <summary>
/// Variational autoencoder: Kingma, Welling, "Auto-encoding variational Bayes", ICLR 2014. The bottleneck is kept near a normal distribution while
/// training; frames are judged by the squared error of the reconstruction from the posterior's mean.
/// </summary>
internal sealed class VaeMethod(VaeOptions options) : AnomalyMethod(options)
{
    private readonly VaeNetwork _network = new(options);

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <inheritdoc/>
    public override double TrainStep(Tensor frames, double progress, Random random) => Descend(_network, Loss(frames, DivergenceWeight(progress)), progress);

    /// <inheritdoc/>
    public override Tensor Loss(Tensor frames, Random random) => Loss(frames, options.Beta);

    /// <inheritdoc/>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context) =>
        MeanFilter.Apply(SquaredDistance.Apply(frames, Reconstruct(frames, context), context.Team), options.Smoothing, context.Team);

    /// <summary>From the posterior's mean.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => context.Pass(frames)[0];

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (width, height) = options.Size;
        graph.Output("reconstruction", _network.Write(graph, graph.Input("frames", options.Channels, height, width)), null, options.Channels, height, width);
        return new OnnxReading("the mean over channels of (frames - reconstruction)²" + OnnxReading.Smoothed(options.Smoothing));
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames) =>
        MeanFilter.Write(graph, SquaredDistance.Write(graph, frames, _network.Write(graph, frames)), options.Smoothing);

    /// <summary>
    /// KL(N(m, v) || N(0, 1)) = -1/2 sum(1 + log v - m² - v), summed over the bottleneck's numbers (Kingma and Welling, appendix B).
    /// </summary>
    /// <param name="mean">N x d x 1 x 1.</param>
    /// <param name="logVariance">As <paramref name="mean"/>.</param>
    /// <returns>N, at least 0.</returns>
    internal static Tensor Divergence(Tensor mean, Tensor logVariance) => S(-0.5) * (logVariance.Plus(1) - mean.pow(S(2)) - logVariance.exp()).sum([1, 2, 3]);

    /// <summary>Weight of the divergence: rises in a line during the warm-up.</summary>
    internal double DivergenceWeight(double progress) => options.Beta * (progress < options.WarmUp ? progress / options.WarmUp : 1);

    /// <summary>
    /// Mean squared error + weight 2s²/P KL: the negative evidence lower bound, sum((x - y)²) / 2s² + KL, times 2s²/P with P values a frame, so that
    /// losses compare across sizes and with the plain autoencoder's.
    /// </summary>
    private Tensor Loss(Tensor frames, double weight)
    {
        var (mean, logVariance) = _network.Encode(frames);
        var reconstruction = _network.Decode(mean.Plus(randn_like(mean) * (logVariance / S(2)).exp()));
        var values = (double)options.Channels * options.Size.Width * options.Size.Height;
        return nn.functional.mse_loss(reconstruction, frames).Plus(S(weight * 2 * options.Variance / values) * Divergence(mean, logVariance).mean());
    }
}
