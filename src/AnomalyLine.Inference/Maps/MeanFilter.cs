using System.Buffers;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Maps;

/// <summary>Smoothing of anomaly maps.</summary>
internal static class MeanFilter
{
    /// <summary>Mean over a square window, stride 1, reflected at the border so that scores do not fall there.</summary>
    /// <param name="map">N x H x W.</param>
    /// <param name="window">Odd side in pixels, less than twice the map's smaller side; 1 changes nothing.</param>
    /// <param name="team">Takes the frames among its threads.</param>
    /// <returns>N x H x W.</returns>
    public static Tensor Apply(Tensor map, int window, ThreadTeam team)
    {
        if (window <= 1) return map.alias();
        return CpuMapKernels.CanUse(map) ? Walk(map, window, team) : Pool(map, window);
    }

    /// <summary>The same as <see cref="Apply"/> in a graph.</summary>
    public static OnnxValue Write(OnnxGraph graph, OnnxValue map, int window)
    {
        if (window <= 1) return map;
        var half = window / 2;
        var padded = graph.Add("Pad", [graph.Add("Unsqueeze", [map, graph.Constant([1L])]), graph.Constant(0, 0, half, half, 0, 0, half, half)], ("mode", "reflect"));
        var across = graph.Add("AveragePool", [padded], ("kernel_shape", new long[] { 1, window }));
        return graph.Add("Squeeze", [graph.Add("AveragePool", [across], ("kernel_shape", new long[] { window, 1 })), graph.Constant([1L])]);
    }

    /// <summary>With tensor operations: two one-dimensional means, which cost 2 * window instead of window² additions a pixel.</summary>
    internal static Tensor Pool(Tensor map, int window)
    {
        using var scope = NewDisposeScope();
        var half = window / 2;
        var padded = nn.functional.pad(map.unsqueeze(1), [half, half, half, half], PaddingModes.Reflect);
        var across = nn.functional.avg_pool2d(padded, [1, window], [1, 1]);
        return nn.functional.avg_pool2d(across, [window, 1], [1, 1]).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The same without tensor operations: a frame with its reflected borders, summed down its columns, then along its rows.</summary>
    private static Tensor Walk(Tensor map, int window, ThreadTeam team)
    {
        var (n, h, w) = ((int)map.shape[0], (int)map.shape[1], (int)map.shape[2]);
        using var source = map.contiguous();
        var result = empty_like(source);
        team.ForEach(n, frame => Walk(CpuMapKernels.Values(source, frame), CpuMapKernels.Values(result, frame), h, w, window));
        return result;
    }

    private static void Walk(ReadOnlySpan<float> values, Span<float> means, int h, int w, int window)
    {
        var half = window / 2;
        var stride = w + (2 * half);
        var length = (h + (2 * half)) * stride;
        var padded = ArrayPool<float>.Shared.Rent(length);
        var sums = ArrayPool<float>.Shared.Rent(length);
        Reflect(values, padded, h, w, half);
        Sum(padded.AsSpan(0, length), sums.AsSpan(0, length), stride, window);
        Sum(sums.AsSpan(0, h * stride), padded.AsSpan(0, h * stride), 1, window);
        for (var row = 0; row < h; row++)
        {
            var target = means.Slice(row * w, w);
            target.Clear();
            CpuMapKernels.AddTo(target, padded.AsSpan(row * stride, w), 1f / (window * window));
        }

        ArrayPool<float>.Shared.Return(padded);
        ArrayPool<float>.Shared.Return(sums);
    }

    private static void Reflect(ReadOnlySpan<float> plane, Span<float> padded, int height, int width, int half)
    {
        var stride = width + (2 * half);
        for (var row = 0; row < height + (2 * half); row++)
        {
            var inside = Math.Abs(row - half);
            if (inside >= height) inside = (2 * (height - 1)) - inside;
            var target = padded.Slice(row * stride, stride);
            plane.Slice(inside * width, width).CopyTo(target[half..]);
            for (var i = 1; i <= half; i++) (target[half - i], target[half + width - 1 + i]) = (target[half + i], target[half + width - 1 - i]);
        }
    }

    /// <summary>
    /// Sums of as many values as the window is long, each a step from the last: doubled sums, 1, 2, 4, ... long, of which those in the window's binary digits make its own.
    /// No sum is ever taken away from another, so that small values beside large ones keep their digits.
    /// </summary>
    /// <param name="values">The values; destroyed.</param>
    /// <param name="sums">Gets at each place the sum that begins there; no meaning at the places of the last <paramref name="window"/> - 1 steps.</param>
    /// <param name="step">From one value of a sum to the next.</param>
    /// <param name="window">Values a sum, at least 1.</param>
    private static void Sum(Span<float> values, Span<float> sums, int step, int window)
    {
        var (start, isFirst) = (0, true);
        for (var length = 1; ; length *= 2)
        {
            if ((window & length) != 0)
            {
                var part = values[(start * step)..];
                if (isFirst) part.CopyTo(sums);
                else CpuMapKernels.Add(sums[..part.Length], part);
                (start, isFirst) = (start + length, false);
            }

            if (2 * length > window) return;

            // Forwards in place: what is added was not changed yet.
            CpuMapKernels.Add(values[..^(length * step)], values[(length * step)..]);
        }
    }
}
