using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Losses;

/// <summary>
/// SSIM with an 11 x 11 Gaussian window, sigma 1.5, zero padding (Wang, Bovik, Sheikh, Simoncelli 2004, eq. 13):
/// (2 mx my + C1)(2 sxy + C2) / ((mx² + my² + C1)(sx² + sy² + C2)), C1 = (0.01 L)², C2 = (0.03 L)².
/// The window is separable, so the five moments, stacked in one batch, are multiplied from both sides by a banded matrix: at the usual sizes
/// several times faster than convolutions of one channel, forward and backward (docs/benchmarks.md).
/// </summary>
internal static class StructuralSimilarity
{
    private const int Window = StructuralDistance.Window;

    /// <summary>Its parameters for data in [0, 1], for people.</summary>
    public static readonly string Words = $"a Gaussian window of {Window} x {Window}, sigma {StructuralDistance.Sigma}, zeros outside, C1 = 0.0001, C2 = 0.0009";

    /// <summary>SSIM at each pixel and channel.</summary>
    /// <param name="x">N x C x H x W.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="range">L, the length of the data's range: 1 for [0, 1], 2 for [-1, 1].</param>
    /// <returns>N x C x H x W in [-1, 1]; 1 where equal.</returns>
    public static Tensor Map(Tensor x, Tensor y, double range)
    {
        using var scope = NewDisposeScope();
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var moments = Band(h, x).matmul(stack([x, y, x * x, y * y, x * y]).view(5 * n * c, h, w)).matmul(Band(w, x)).view(5, n, c, h, w);
        var (mx, my) = (moments[0], moments[1]);
        var (mxx, myy, mxy) = (mx * mx, my * my, mx * my);
        var (sxx, syy, sxy) = (moments[2] - mxx, moments[3] - myy, moments[4] - mxy);
        var (c1, c2) = (Math.Pow(0.01 * range, 2), Math.Pow(0.03 * range, 2));
        var map = (S(2) * mxy).Plus(c1) * (S(2) * sxy).Plus(c2) / (mxx.Plus(myy).Plus(c1) * sxx.Plus(syy).Plus(c2));
        return map.MoveToOuterDisposeScope();
    }

    /// <summary>1 - mean SSIM, a scalar in [0, 2].</summary>
    public static Tensor Loss(Tensor x, Tensor y, double range) => OneMinus(Map(x, y, range).mean());

    /// <summary>1 - SSIM, averaged over channels: N x H x W in [0, 2].</summary>
    public static Tensor Distance(Tensor x, Tensor y, double range, ThreadTeam team) => CpuMapKernels.CanUse(x, y)
        ? CpuMapKernels.Over(x, y, team, (one, other, map, c, h, w) => StructuralDistance.Compute(one, other, map, c, h, w, range))
        : OneMinus(Map(x, y, range).mean([1]));

    /// <summary>The same as <see cref="Distance"/>, for data in [0, 1], in a graph: by the four moments of <see cref="StructuralDistance"/>, which keep the digits of small differences.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">N x C x H x W.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="channels">C.</param>
    public static OnnxValue WriteDistance(OnnxGraph graph, OnnxValue x, OnnxValue y, int channels)
    {
        OnnxValue Op(string type, OnnxValue one, OnnxValue other) => graph.Add(type, [one, other]);
        OnnxValue Square(OnnxValue value) => Op("Mul", value, value);
        var weights = StructuralDistance.WindowWeights();
        var kernels = Enumerable.Repeat(weights, 4 * channels).SelectMany(w => w).ToArray();
        var (u, v) = (Op("Add", x, y), Op("Sub", x, y));
        var moments = graph.Add("Concat", [u, v, Square(u), Square(v)], ("axis", 1L));
        moments = graph.Add("Conv", [moments, graph.Constant(kernels, 4 * channels, 1, Window, 1)], ("kernel_shape", new long[] { Window, 1 }), ("pads", new long[] { Window / 2, 0, Window / 2, 0 }), ("group", 4L * channels));
        moments = graph.Add("Conv", [moments, graph.Constant(kernels, 4 * channels, 1, 1, Window)], ("kernel_shape", new long[] { 1, Window }), ("pads", new long[] { 0, Window / 2, 0, Window / 2 }), ("group", 4L * channels));
        OnnxValue Moment(long i) => graph.Add("Slice", [moments, graph.Constant([i * channels]), graph.Constant([(i + 1) * channels]), graph.Constant([1L])]);
        var (uu, vv) = (Square(Moment(0)), Square(Moment(1)));
        var p = Op("Add", uu, graph.Constant(2 * 0.0001f));
        var r = Op("Add", Op("Sub", Moment(2), uu), graph.Constant(2 * 0.0009f));
        var sv = Op("Sub", Moment(3), vv);
        var above = Op("Mul", Op("Add", Op("Mul", p, sv), Op("Mul", vv, r)), graph.Constant(2f));
        var distance = Op("Div", above, Op("Mul", Op("Add", p, vv), Op("Add", r, sv)));
        return graph.Add("ReduceMean", [distance], ("axes", new long[] { 1 }), ("keepdims", 0L));
    }

    /// <summary>The window as a symmetric matrix, side x side: row i holds the weights around i; what lies outside the image counts as zero.</summary>
    private static Tensor Band(long side, Tensor like)
    {
        var weights = StructuralDistance.WindowWeights();
        var band = new float[side * side];
        for (var row = 0L; row < side; row++)
            for (var i = Math.Max(0, (Window / 2) - row); i < Math.Min(Window, side - row + (Window / 2)); i++)
                band[(row * side) + row + i - (Window / 2)] = weights[i];
        return tensor(band, [side, side], dtype: like.dtype, device: like.device);
    }
}
