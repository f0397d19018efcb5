using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Maps;

/// <summary>Colours as CIE 1976 L*a*b*, in which equal distances look about equally different.</summary>
internal static class CieLab
{
    /// <summary>Below it the cube root gives way to a line.</summary>
    public const double Epsilon = 216.0 / 24389.0;

    /// <summary>That line's slope, times 116.</summary>
    public const double Kappa = 24389.0 / 27.0;

    /// <summary>From sRGB (IEC 61966-2-1) by way of XYZ with the white point D65.</summary>
    /// <param name="rgb">N x 3 x H x W in [0, 1]: red, green, blue.</param>
    /// <returns>N x 3 x H x W: L* 0..100, a* and b* about -110..110, 0 for greys.</returns>
    public static Tensor FromRgb(Tensor rgb)
    {
        using var scope = NewDisposeScope();
        var linear = where(rgb > S(0.04045), (rgb.clamp_min(S(0.04045)).Plus(0.055) / S(1.055)).pow(S(2.4)), rgb / S(12.92));
        var (r, g, b) = (linear.select(1, 0), linear.select(1, 1), linear.select(1, 2));
        var x = Compress((S(0.4124564) * r).Plus(S(0.3575761) * g).Plus(S(0.1804375) * b) / S(0.95047));
        var y = Compress((S(0.2126729) * r).Plus(S(0.7151522) * g).Plus(S(0.0721750) * b));
        var z = Compress((S(0.0193339) * r).Plus(S(0.1191920) * g).Plus(S(0.9503041) * b) / S(1.08883));
        return stack([(S(116) * y) - S(16), S(500) * (x - y), S(200) * (y - z)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Squared distance of the colours without their lightness, Δa² + Δb².</summary>
    /// <param name="x">N x 3 x H x W; what is outside [0, 1] counts as the nearer of the two.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="team">Takes the frames among its threads.</param>
    /// <returns>N x H x W.</returns>
    public static Tensor ChromaDistance(Tensor x, Tensor y, ThreadTeam team) => CpuMapKernels.CanUse(x, y)
        ? CpuMapKernels.Over(x, y, team, static (one, other, map, _, _, _) => ColourDistance.Compute(one, other, map))
        : Squares(x, y);

    /// <summary>The same as <see cref="ChromaDistance"/> in a graph.</summary>
    public static OnnxValue WriteChromaDistance(OnnxGraph graph, OnnxValue x, OnnxValue y)
    {
        var difference = graph.Add("Sub", [WriteChroma(graph, x), WriteChroma(graph, y)]);
        return graph.Add("ReduceSum", [graph.Add("Mul", [difference, difference]), graph.Constant([1L])], ("keepdims", 0L));
    }

    /// <summary>a* and b*, N x 2 x H x W.</summary>
    private static OnnxValue WriteChroma(OnnxGraph graph, OnnxValue rgb)
    {
        var unit = graph.Add("Clip", [rgb, graph.Constant(0f), graph.Constant(1f)]);
        var knee = graph.Constant(0.04045f);
        var curve = graph.Add("Pow", [graph.Add("Div", [graph.Add("Add", [graph.Add("Max", [unit, knee]), graph.Constant(0.055f)]), graph.Constant(1.055f)]), graph.Constant(2.4f)]);
        var linear = graph.Add("Where", [graph.Add("Greater", [unit, knee]), curve, graph.Add("Div", [unit, graph.Constant(12.92f)])]);
        float[] toXyz =
        [
            (float)(0.4124564 / 0.95047), (float)(0.3575761 / 0.95047), (float)(0.1804375 / 0.95047), 0.2126729f, 0.7151522f, 0.0721750f,
            (float)(0.0193339 / 1.08883), (float)(0.1191920 / 1.08883), (float)(0.9503041 / 1.08883),
        ];
        var xyz = graph.Add("Conv", [linear, graph.Constant(toXyz, 3, 3, 1, 1)], ("kernel_shape", new long[] { 1, 1 }));
        var epsilon = graph.Constant((float)Epsilon);
        var root = graph.Add("Pow", [graph.Add("Max", [xyz, epsilon]), graph.Constant(1f / 3f)]);
        var line = graph.Add("Div", [graph.Add("Add", [graph.Add("Mul", [xyz, graph.Constant((float)Kappa)]), graph.Constant(16f)]), graph.Constant(116f)]);
        var compressed = graph.Add("Where", [graph.Add("Greater", [xyz, epsilon]), root, line]);
        return graph.Add("Conv", [compressed, graph.Constant([500, -500, 0, 0, 200, -200], 2, 3, 1, 1)], ("kernel_shape", new long[] { 1, 1 }));
    }

    /// <summary>The same with tensor operations, wherever the tensors are.</summary>
    internal static Tensor Squares(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var difference = (FromRgb(x.clamp(S(0), S(1))) - FromRgb(y.clamp(S(0), S(1)))).narrow(1, 1, 2);
        return (difference * difference).sum([1]).MoveToOuterDisposeScope();
    }

    private static Tensor Compress(Tensor t) => where(t > S(Epsilon), t.clamp_min(S(Epsilon)).pow(S(1.0 / 3.0)), (S(Kappa) * t).Plus(16) / S(116));
}
