using System.Numerics;

namespace AnomalyLine.Inference.Maps;

/// <summary>
/// The multi-scale gradient magnitude distance (Zavrtanik, Kristan, Skocaj 2021, after Xue et al. 2014) averaged over channels, for judging: one walk over the rows at each scale, where tensor operations would
/// write and read the frame dozens of times. On the calling thread alone.
/// </summary>
internal static class GradientDistance
{
    private const int Lane = 1;

    /// <summary>Of one frame.</summary>
    /// <param name="x">C planes of height x width.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="map">Gets the distance, averaged over scales and channels: height x width.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="constant">c of the similarity.</param>
    /// <param name="scales">Number of scales, each half the last.</param>
    public static void Compute(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels, int height, int width, float constant, int scales)
    {
        map.Clear();
        var (h, w) = (height, width);
        float[]? own = null, others = null;
        for (var scale = 0; scale < scales; scale++)
        {
            if (scale > 0)
            {
                own = Halve(own ?? x, channels, h, w);
                others = Halve(others ?? y, channels, h, w);
                (h, w) = (h / 2, w / 2);
            }

            var share = 1f / (channels * scales);
            if (scale == 0)
            {
                Add(x, y, map, channels, h, w, constant, share);
                continue;
            }

            var small = new float[h * w];
            Add(own, others, small, channels, h, w, constant, share);
            Enlarge(small, h, w, map, height, width);
        }
    }

    /// <summary>Adds share x (1 - GMS) of each channel to a map.</summary>
    private static void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels, int height, int width, float constant, float share)
    {
        // Zeros on both sides stand for what lies outside; the slack lets the last vector run over the end.
        var stride = width + (2 * Lane) + Vector<float>.Count;
        var sums = new float[4 * stride];
        var distance = new float[width + Vector<float>.Count];
        var sumX = sums.AsSpan(0, stride);
        var differenceX = sums.AsSpan(stride, stride);
        var sumY = sums.AsSpan(2 * stride, stride);
        var differenceY = sums.AsSpan(3 * stride, stride);
        var (c, two) = (new Vector<float>(constant), new Vector<float>(2));
        for (var channel = 0; channel < channels; channel++)
        {
            var one = x.Slice(channel * height * width, height * width);
            var other = y.Slice(channel * height * width, height * width);
            for (var row = 0; row < height; row++)
            {
                Columns(one, sumX, differenceX, row, height, width);
                Columns(other, sumY, differenceY, row, height, width);
                for (var at = 0; at < width; at += Vector<float>.Count)
                {
                    var (gx, gy) = (Magnitude(sumX, differenceX, at), Magnitude(sumY, differenceY, at));
                    var similarity = Vector.FusedMultiplyAdd(two * gx, gy, c) / Vector.FusedMultiplyAdd(gx, gx, Vector.FusedMultiplyAdd(gy, gy, c));
                    (Vector<float>.One - similarity).CopyTo(distance.AsSpan(at));
                }

                CpuMapKernels.AddTo(map.Slice(row * width, width), distance, share);
            }
        }
    }

    /// <summary>Sum of the three rows around one, and the upper minus the lower: Prewitt's kernels but for their sums across.</summary>
    private static void Columns(ReadOnlySpan<float> plane, Span<float> sum, Span<float> difference, int row, int height, int width)
    {
        var middle = plane.Slice(row * width, width);
        var above = row > 0 ? plane.Slice((row - 1) * width, width) : default;
        var below = row < height - 1 ? plane.Slice((row + 1) * width, width) : default;
        for (var i = 0; i < width; i += Vector<float>.Count)
        {
            if (i > width - Vector<float>.Count)
            {
                for (; i < width; i++)
                {
                    var (u, d) = (above.IsEmpty ? 0 : above[i], below.IsEmpty ? 0 : below[i]);
                    (sum[i + Lane], difference[i + Lane]) = (u + middle[i] + d, u - d);
                }

                return;
            }

            var up = above.IsEmpty ? default : new Vector<float>(above[i..]);
            var down = below.IsEmpty ? default : new Vector<float>(below[i..]);
            (up + new Vector<float>(middle[i..]) + down).CopyTo(sum[(i + Lane)..]);
            (up - down).CopyTo(difference[(i + Lane)..]);
        }
    }

    private static Vector<float> Magnitude(ReadOnlySpan<float> sum, ReadOnlySpan<float> difference, int at)
    {
        var gx = new Vector<float>(sum[at..]) - new Vector<float>(sum[(at + 2)..]);
        var gy = new Vector<float>(difference[at..]) + new Vector<float>(difference[(at + 1)..]) + new Vector<float>(difference[(at + 2)..]);
        return Vector.SquareRoot(Vector.FusedMultiplyAdd((gx * gx) + (gy * gy), new Vector<float>(1f / 9), new Vector<float>(1e-12f)));
    }

    /// <summary>Means of 2 x 2 pixels; an odd last row or column is left out.</summary>
    private static float[] Halve(ReadOnlySpan<float> planes, int channels, int height, int width)
    {
        var (h, w) = (height / 2, width / 2);
        var halved = new float[channels * h * w];
        for (var row = 0; row < channels * h; row++)
        {
            var first = ((row / h * height) + (row % h * 2)) * width;
            var upper = planes.Slice(first, width);
            var lower = planes.Slice(first + width, width);
            var target = halved.AsSpan(row * w, w);
            for (var i = 0; i < w; i++) target[i] = (upper[2 * i] + upper[(2 * i) + 1] + lower[2 * i] + lower[(2 * i) + 1]) * 0.25f;
        }

        return halved;
    }

    /// <summary>Adds a map, enlarged bilinearly with half-pixel centres: along the rows first, then between them.</summary>
    private static void Enlarge(ReadOnlySpan<float> small, int h, int w, Span<float> map, int height, int width)
    {
        var wide = new float[h * width];
        for (var column = 0; column < width; column++)
        {
            var (left, right, part) = Neighbours(column, w, width);
            for (var row = 0; row < h; row++)
            {
                var (a, b) = (small[(row * w) + left], small[(row * w) + right]);
                wide[(row * width) + column] = a + (part * (b - a));
            }
        }

        for (var row = 0; row < height; row++)
        {
            var (upper, lower, part) = Neighbours(row, h, height);
            var a = wide.AsSpan(upper * width, width);
            var b = wide.AsSpan(lower * width, width);
            var target = map.Slice(row * width, width);
            CpuMapKernels.AddTo(target, a, 1 - part);
            CpuMapKernels.AddTo(target, b, part);
        }
    }

    private static (int Before, int After, float Part) Neighbours(int place, int from, int to)
    {
        var source = MathF.Max((((place + 0.5f) * from) / to) - 0.5f, 0);
        var before = Math.Min((int)source, from - 1);
        return (before, Math.Min(before + 1, from - 1), source - before);
    }
}
