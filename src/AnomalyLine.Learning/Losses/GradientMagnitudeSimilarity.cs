using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Losses;

/// <summary>
/// Multi-scale gradient magnitude similarity (Xue et al. 2014, eq. 4; over scales as in Zavrtanik et al. 2021, eq. 4-6):
/// GMS = (2 gx gy + c) / (gx² + gy² + c), g = sqrt((I * hx)² + (I * hy)²) with Prewitt kernels divided by 3, per channel.
/// </summary>
internal static class GradientMagnitudeSimilarity
{
    private const double ConstantForUnitRange = 0.0026;

    /// <summary>What <see cref="Distance"/> of frames in [0, 1] is, for those who compute it from an exported network.</summary>
    public static string Words(int scales) =>
        $"the distance of gradient magnitudes between frames and reconstruction, mean over channels and {scales} scales (each half the last by 2 x 2 means, enlarged again bilinearly "
        + "with half-pixel centres) of 1 - (2 g h + 0.0026) / (g² + h² + 0.0026), g and h by Prewitt kernels divided by 3, zeros outside";

    /// <summary>Distance averaged over scales and channels.</summary>
    /// <param name="x">N x C x H x W.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="range">Length of the data's range: 1 for [0, 1], 2 for [-1, 1]; the constant grows with its square.</param>
    /// <param name="scales">Number of scales, each half the last; the last must be at least 3 pixels wide.</param>
    /// <param name="team">Takes the frames among its threads, on the processor.</param>
    /// <returns>N x H x W in [0, 1]; 0 where equal.</returns>
    public static Tensor Distance(Tensor x, Tensor y, double range, int scales, ThreadTeam team)
    {
        if (CpuMapKernels.CanUse(x, y))
        {
            var constant = (float)(ConstantForUnitRange * range * range);
            return CpuMapKernels.Over(x, y, team, (one, other, map, c, h, w) => GradientDistance.Compute(one, other, map, c, h, w, constant, scales));
        }

        using var scope = NewDisposeScope();
        var size = new[] { x.shape[2], x.shape[3] };
        var total = zeros([x.shape[0], 1, size[0], size[1]], dtype: x.dtype, device: x.device);
        for (var s = 0; s < scales; s++)
        {
            if (s > 0) (x, y) = (Halve(x), Halve(y));
            var distance = OneMinus(Similarity(x, y, range).mean([1], keepdim: true));
            total = total.Plus(s == 0 ? distance : nn.functional.interpolate(distance, size, mode: InterpolationMode.Bilinear, align_corners: false));
        }

        return (total / S(scales)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="Distance"/>, for data in [0, 1], in a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">N x C x H x W.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="channels">C.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="scales">As above.</param>
    public static OnnxValue WriteDistance(OnnxGraph graph, OnnxValue x, OnnxValue y, int channels, (int Height, int Width) size, int scales)
    {
        var constant = graph.Constant((float)ConstantForUnitRange);
        OnnxValue? total = null;
        for (var s = 0; s < scales; s++)
        {
            if (s > 0) (x, y) = (graph.WriteHalved(x), graph.WriteHalved(y));
            var (g, h) = (graph.WriteMagnitude(x, channels), graph.WriteMagnitude(y, channels));
            var product = graph.Add("Mul", [graph.Add("Mul", [g, h]), graph.Constant(2f)]);
            var squares = graph.Add("Add", [graph.Add("Mul", [g, g]), graph.Add("Mul", [h, h])]);
            var similarity = graph.Add("Div", [graph.Add("Add", [product, constant]), graph.Add("Add", [squares, constant])]);
            var mean = graph.Add("ReduceMean", [graph.Add("Sub", [graph.Constant(1f), similarity])], ("axes", new long[] { 1 }), ("keepdims", 1L));
            var distance = s == 0 ? mean : graph.Resize(mean, size.Height, size.Width);
            total = total is { } sum ? graph.Add("Add", [sum, distance]) : distance;
        }

        return graph.Add("Squeeze", [graph.Add("Mul", [total!.Value, graph.Constant(1f / scales)]), graph.Constant([1L])]);
    }

    private static OnnxValue WriteHalved(this OnnxGraph graph, OnnxValue image) => graph.Add("AveragePool", [image], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));

    private static OnnxValue WriteMagnitude(this OnnxGraph graph, OnnxValue image, int channels)
    {
        OnnxValue Filter(float[] kernel)
        {
            var kernels = graph.Constant([.. Enumerable.Repeat(kernel, channels).SelectMany(k => k)], channels, 1, 3, 3);
            return graph.Add("Conv", [image, kernels], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("group", (long)channels));
        }

        var (across, down) = (Filter([1, 0, -1, 1, 0, -1, 1, 0, -1]), Filter([1, 1, 1, 0, 0, 0, -1, -1, -1]));
        var squares = graph.Add("Add", [graph.Add("Mul", [across, across]), graph.Add("Mul", [down, down])]);
        return graph.Add("Sqrt", [graph.Add("Add", [graph.Add("Div", [squares, graph.Constant(9f)]), graph.Constant(1e-12f)])]);
    }

    /// <summary>Mean over scales of the mean of 1 - GMS, a scalar in [0, 1].</summary>
    public static Tensor Loss(Tensor x, Tensor y, double range, int scales)
    {
        using var scope = NewDisposeScope();
        var total = zeros([], dtype: x.dtype, device: x.device);
        for (var s = 0; s < scales; s++)
        {
            if (s > 0) (x, y) = (Halve(x), Halve(y));
            total = total.Plus(OneMinus(Similarity(x, y, range)).mean());
        }

        return (total / S(scales)).MoveToOuterDisposeScope();
    }

    private static Tensor Similarity(Tensor x, Tensor y, double range)
    {
        var (gx, gy) = (Magnitude(x), Magnitude(y));
        var constant = ConstantForUnitRange * range * range;
        return (S(2) * gx * gy).Plus(constant) / (gx * gx).Plus(gy * gy).Plus(constant);
    }

    /// <summary>Prewitt's kernels as sums of shifted images: a column of ones times a difference across, and the same turned.</summary>
    private static Tensor Magnitude(Tensor image)
    {
        var (h, w) = (image.shape[2], image.shape[3]);
        var padded = nn.functional.pad(image, [1, 1, 1, 1]);
        var down = padded.narrow(2, 0, h).Plus(padded.narrow(2, 1, h)).Plus(padded.narrow(2, 2, h));
        var across = padded.narrow(3, 0, w).Plus(padded.narrow(3, 1, w)).Plus(padded.narrow(3, 2, w));
        var gx = down.narrow(3, 0, w) - down.narrow(3, 2, w);
        var gy = across.narrow(2, 0, h) - across.narrow(2, 2, h);
        return ((gx * gx).Plus(gy * gy) / S(9)).Plus(1e-12).sqrt();
    }

    private static Tensor Halve(Tensor image) => nn.functional.avg_pool2d(image, 2, 2);
}
