using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Masking;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Riad;

/// <summary>
/// Zavrtanik, Kristan, Skočaj, "Reconstruction by inpainting for visual anomaly detection", Pattern Recognition 112, 2021. The frame is rebuilt from
/// itself with disjoint sets of cells hidden in turn; what cannot be inpainted from normal surroundings is anomalous.
/// </summary>
internal sealed class RiadMethod : AnomalyMethod
{
    /// <summary>Length of the range [-1, 1] that the network and its losses work in.</summary>
    private const double Range = 2;

    private readonly RiadOptions _options;
    private readonly UNet _network;
    private readonly Tensor _masks;

    public RiadMethod(RiadOptions options)
        : base(options, passesAtOnce: 24)
    {
        _options = options;
        _network = new UNet(options.Channels, options.Channels, options.Width);
        var random = new Random(options.MaskSeed);
        using var scope = NewDisposeScope();
        _masks = cat([.. options.Cells.Select(cell => DisjointCells.Draw(options.Size.Height, options.Size.Width, cell, options.Sets, random))]).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>MSE + MSGMS + (1 - SSIM) between the frame and its assembled reconstruction, one cell size a step (eq. 8).</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var x = (frames * S(2)) - S(1);
        var cell = _options.Cells[random.Next(_options.Cells.Count)];
        var reconstruction = Assemble(x, DisjointCells.Draw(_options.Size.Height, _options.Size.Width, cell, _options.Sets, random), Own).squeeze(0);
        return nn.functional.mse_loss(reconstruction, x)
            .Plus(GradientMagnitudeSimilarity.Loss(x, reconstruction, Range, _options.Scales))
            .Plus(StructuralSimilarity.Loss(x, reconstruction, Range));
    }

    /// <summary>Mean over cell sizes of the MSGMS distance to the assembled reconstruction (eq. 9), smoothed.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var x = (frames * S(2)) - S(1);
        var total = zeros([x.shape[0], x.shape[2], x.shape[3]], device: x.device);
        foreach (var reconstruction in Assemble(x, _masks, context).unbind()) total.add_(GradientMagnitudeSimilarity.Distance(x, reconstruction, Range, _options.Scales, context.Team), S(1));
        return MeanFilter.Apply(total / S(_options.Cells.Count), _options.Smoothing, context.Team).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over cell sizes of the assembled reconstructions.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var x = (frames * S(2)) - S(1);
        return (Assemble(x, _masks, context).mean([0]).Plus(1) / S(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The U-Net over masked frames in [-1, 1].</summary>
    public override IReadOnlyList<string> WritePass(OnnxGraph graph) => _network.WritePass(graph, _options.Size);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _masks.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// For each cell size the sum over its masks i of (1 - M_i) f(M_i x): every place as the network fills it in without having seen it (eq. 2). All sizes go through the network together, so that no
    /// thread waits at the end of each.
    /// </summary>
    /// <param name="x">N x C x S x S.</param>
    /// <param name="masks">The sets of one or several sizes, one behind the other.</param>
    /// <param name="context">What fills in.</param>
    /// <returns>Sizes x N x C x S x S.</returns>
    private Tensor Assemble(Tensor x, Tensor masks, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var shape = x.shape;
        masks = masks.to(x.device).unsqueeze(1);
        var masked = (x.unsqueeze(0) * masks).reshape(-1, shape[1], shape[2], shape[3]);
        var filled = masked.shape[0] <= PassesAtOnce || _network.training
            ? context.Pass(masked)[0]
            : cat(masked.split(PassesAtOnce).Select(part => context.Pass(part)[0]).ToArray());
        var hidden = filled.view(-1, shape[0], shape[1], shape[2], shape[3]) * OneMinus(masks);
        return hidden.view(-1, _options.Sets, shape[0], shape[1], shape[2], shape[3]).sum([1]).MoveToOuterDisposeScope();
    }
}
