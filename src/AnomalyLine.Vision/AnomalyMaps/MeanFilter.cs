using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.AnomalyMaps;

/// <summary>Smoothing of anomaly maps.</summary>
internal static class MeanFilter
{
    /// <summary>Mean over a square window, stride 1, reflected at the border so that scores do not fall there.</summary>
    /// <param name="map">N x H x W.</param>
    /// <param name="window">Odd side in pixels, less than twice the map's smaller side; 1 changes nothing.</param>
    /// <returns>N x H x W.</returns>
    public static Tensor Apply(Tensor map, int window)
    {
        if (window <= 1) return map.alias();
        return FrameWalk.IsPossible(map) ? Walk(map, window) : Pool(map, window);
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

    /// <summary>The same row by row on the calling thread: the columns' sums into a row with its reflected borders, then sums along that.</summary>
    private static Tensor Walk(Tensor map, int window)
    {
        var (n, h, w) = ((int)map.shape[0], (int)map.shape[1], (int)map.shape[2]);
        using var source = map.contiguous();
        var result = empty_like(source);
        var values = FrameWalk.Values(source);
        var means = FrameWalk.Values(result);
        var half = window / 2;
        var padded = new float[w + (2 * half) + Vector<float>.Count];
        var sums = new float[w + Vector<float>.Count];
        for (var row = 0; row < n * h; row++)
        {
            Down(values.Slice(row / h * h * w, h * w), padded.AsSpan(half, w), row % h, h, half);
            for (var i = 1; i <= half; i++) (padded[half - i], padded[half + w - 1 + i]) = (padded[half + i], padded[half + w - 1 - i]);
            for (var at = 0; at < w; at += Vector<float>.Count)
            {
                var sum = Vector<float>.Zero;
                for (var i = 0; i < window; i++) sum += new Vector<float>(padded, at + i);
                (sum / new Vector<float>(window * window)).CopyTo(sums, at);
            }

            sums.AsSpan(0, w).CopyTo(means.Slice(row * w, w));
        }

        return result;
    }

    private static void Down(ReadOnlySpan<float> plane, Span<float> sums, int row, int height, int half)
    {
        var (width, at) = (sums.Length, 0);
        for (; at <= width - Vector<float>.Count; at += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var i = row - half; i <= row + half; i++) sum += new Vector<float>(plane[((Reflect(i, height) * width) + at)..]);
            sum.CopyTo(sums[at..]);
        }

        for (; at < width; at++)
        {
            sums[at] = 0;
            for (var i = row - half; i <= row + half; i++) sums[at] += plane[(Reflect(i, height) * width) + at];
        }
    }

    private static int Reflect(int row, int height) => row < 0 ? -row : row >= height ? (2 * (height - 1)) - row : row;
}
