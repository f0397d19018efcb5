using System.Numerics;
using AnomalyLine.Vision.Losses;

namespace AnomalyLine.Vision.AnomalyMaps;

/// <summary>
/// 1 - SSIM of <see cref="StructuralSimilarity"/> averaged over channels, for judging: one walk over the rows of a frame, with the window's five moments kept in a row each,
/// where tensor operations would write and read the frame dozens of times. On the calling thread alone.
/// </summary>
internal static class StructuralDistance
{
    private const int Half = StructuralSimilarity.Window / 2;
    private const int Moments = 5;

    private static readonly float[] Weights = StructuralSimilarity.Weights();

    /// <summary>Of one frame.</summary>
    /// <param name="x">C planes of height x width.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="map">Gets the distance: height x width.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="range">L, the length of the data's range.</param>
    public static void Compute(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels, int height, int width, double range)
    {
        var (c1, c2) = ((float)Math.Pow(0.01 * range, 2), (float)Math.Pow(0.03 * range, 2));

        // Zeros on both sides stand for what lies outside; the slack lets the last vector run over the end.
        var stride = width + (2 * Half) + Vector<float>.Count;
        var rows = new float[Moments * stride];
        var similarity = new float[width + Vector<float>.Count];
        map.Fill(1);
        for (var c = 0; c < channels; c++)
        {
            var one = x.Slice(c * height * width, height * width);
            var other = y.Slice(c * height * width, height * width);
            for (var row = 0; row < height; row++)
            {
                Down(one, other, rows, stride, row, height, width);
                Across(rows, similarity, stride, width, c1, c2);
                FrameWalk.AddTo(map.Slice(row * width, width), similarity, -1f / channels);
            }
        }
    }

    /// <summary>The window's columns: weighted sums of x, y, xx, yy and xy over the rows around one.</summary>
    private static void Down(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> rows, int stride, int row, int height, int width)
    {
        var (first, last) = (Math.Max(0, row - Half), Math.Min(height - 1, row + Half));
        var at = 0;
        for (; at <= width - Vector<float>.Count; at += Vector<float>.Count)
        {
            Vector<float> sx = default, sy = default, sxx = default, syy = default, sxy = default;
            for (var r = first; r <= last; r++)
            {
                var weight = new Vector<float>(Weights[r - row + Half]);
                var (a, b) = (new Vector<float>(x[((r * width) + at)..]), new Vector<float>(y[((r * width) + at)..]));
                var (wa, wb) = (weight * a, weight * b);
                sx += wa;
                sy += wb;
                sxx = Vector.FusedMultiplyAdd(wa, a, sxx);
                syy = Vector.FusedMultiplyAdd(wb, b, syy);
                sxy = Vector.FusedMultiplyAdd(wa, b, sxy);
            }

            var place = at + Half;
            sx.CopyTo(rows[place..]);
            sy.CopyTo(rows[(stride + place)..]);
            sxx.CopyTo(rows[((2 * stride) + place)..]);
            syy.CopyTo(rows[((3 * stride) + place)..]);
            sxy.CopyTo(rows[((4 * stride) + place)..]);
        }

        for (; at < width; at++)
        {
            float sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
            for (var r = first; r <= last; r++)
            {
                var (weight, a, b) = (Weights[r - row + Half], x[(r * width) + at], y[(r * width) + at]);
                sx += weight * a;
                sy += weight * b;
                sxx += weight * a * a;
                syy += weight * b * b;
                sxy += weight * a * b;
            }

            var place = at + Half;
            (rows[place], rows[stride + place], rows[(2 * stride) + place], rows[(3 * stride) + place], rows[(4 * stride) + place]) = (sx, sy, sxx, syy, sxy);
        }
    }

    /// <summary>The window's rows, then SSIM (eq. 13).</summary>
    private static void Across(ReadOnlySpan<float> rows, Span<float> similarity, int stride, int width, float c1, float c2)
    {
        var (v1, v2, two) = (new Vector<float>(c1), new Vector<float>(c2), new Vector<float>(2));
        for (var at = 0; at < width; at += Vector<float>.Count)
        {
            Vector<float> mx = default, my = default, xx = default, yy = default, xy = default;
            for (var i = 0; i < Weights.Length; i++)
            {
                var (weight, place) = (new Vector<float>(Weights[i]), at + i);
                mx = Vector.FusedMultiplyAdd(weight, new Vector<float>(rows[place..]), mx);
                my = Vector.FusedMultiplyAdd(weight, new Vector<float>(rows[(stride + place)..]), my);
                xx = Vector.FusedMultiplyAdd(weight, new Vector<float>(rows[((2 * stride) + place)..]), xx);
                yy = Vector.FusedMultiplyAdd(weight, new Vector<float>(rows[((3 * stride) + place)..]), yy);
                xy = Vector.FusedMultiplyAdd(weight, new Vector<float>(rows[((4 * stride) + place)..]), xy);
            }

            var (mxx, myy, mxy) = (mx * mx, my * my, mx * my);
            var above = ((two * mxy) + v1) * ((two * (xy - mxy)) + v2);
            var below = (mxx + myy + v1) * (xx - mxx + (yy - myy) + v2);
            (above / below).CopyTo(similarity[at..]);
        }
    }
}
