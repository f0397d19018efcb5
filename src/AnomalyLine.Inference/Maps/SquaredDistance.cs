using System.Numerics;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Maps;

/// <summary>The squared error at each place, averaged over channels.</summary>
internal static class SquaredDistance
{
    /// <summary>Of frames and their reconstructions.</summary>
    /// <param name="x">N x C x H x W.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="team">Takes the frames among its threads.</param>
    /// <returns>N x H x W.</returns>
    public static Tensor Apply(Tensor x, Tensor y, ThreadTeam team) => CpuMapKernels.CanUse(x, y)
        ? CpuMapKernels.Over(x, y, team, static (one, other, map, channels, _, _) => Compute(one, other, map, channels))
        : Mean(x, y);

    /// <summary>The same as <see cref="Apply"/> in a graph.</summary>
    public static OnnxValue Write(OnnxGraph graph, OnnxValue x, OnnxValue y)
    {
        var difference = graph.Add("Sub", [x, y]);
        return graph.Add("ReduceMean", [graph.Add("Mul", [difference, difference])], ("axes", new long[] { 1 }), ("keepdims", 0L));
    }

    /// <summary>With tensor operations.</summary>
    internal static Tensor Mean(Tensor x, Tensor y) => (x - y).pow(S(2)).mean([1]);

    private static void Compute(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels)
    {
        var (pixels, share) = (map.Length, 1f / channels);
        map.Clear();
        for (var c = 0; c < channels; c++)
        {
            var one = x.Slice(c * pixels, pixels);
            var other = y.Slice(c * pixels, pixels);
            var at = 0;
            for (; at <= pixels - Vector<float>.Count; at += Vector<float>.Count)
            {
                var difference = new Vector<float>(one[at..]) - new Vector<float>(other[at..]);
                Vector.FusedMultiplyAdd(difference * difference, new Vector<float>(share), new Vector<float>(map[at..])).CopyTo(map[at..]);
            }

            for (; at < pixels; at++) map[at] += share * (one[at] - other[at]) * (one[at] - other[at]);
        }
    }
}
