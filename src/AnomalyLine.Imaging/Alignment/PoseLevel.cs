using System.Numerics;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Alignment;

/// <summary>
/// A reference at one scale, and how a turn, a scale and a shift of a picture are found that make the two alike: by the inverse compositional algorithm (Baker and Matthews, "Lucas-Kanade 20 years on", 2004) on
/// values without their mean and of one deviation, where places that do not fit count less, so that a defect does not pull the part aside. Immutable; any thread.
/// <para>A similarity takes z, a place of the reference from the centre on, to Turn * z + Shift, a place of the picture from the same centre on, both as complex numbers.</para>
/// </summary>
internal sealed class PoseLevel
{
    private const float Outside = -1e9f, Inside = -1e3f;

    private readonly float[] _values;
    private readonly float[][] _slopes;
    private readonly int _width, _height;
    private readonly double _centreX, _centreY;

    /// <summary>Around a picture.</summary>
    /// <param name="picture">Floats; copied.</param>
    /// <param name="centreX">Where turns are about, 0..1 of the width.</param>
    /// <param name="centreY">The same down.</param>
    public PoseLevel(Mat picture, double centreX, double centreY)
    {
        (_width, _height) = (picture.Width, picture.Height);
        (_centreX, _centreY) = (centreX * _width, centreY * _height);
        _values = Values(picture);
        _slopes = [new float[_values.Length], new float[_values.Length], new float[_values.Length], new float[_values.Length]];
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var at = (y * _width) + x;
                var (left, right, up, down) = (x > 0 ? at - 1 : at, x < _width - 1 ? at + 1 : at, y > 0 ? at - _width : at, y < _height - 1 ? at + _width : at);
                var (across, along) = ((_values[right] - _values[left]) / Math.Max(1, right - left), (_values[down] - _values[up]) * _width / Math.Max(1, down - up));
                var (fromX, fromY) = ((float)(x + 0.5 - _centreX), (float)(y + 0.5 - _centreY));
                _slopes[0][at] = across;
                _slopes[1][at] = along;
                _slopes[2][at] = (across * fromX) + (along * fromY);
                _slopes[3][at] = (along * fromX) - (across * fromY);
            }
        }
    }

    /// <summary>Brings a similarity nearer to the one that fits.</summary>
    /// <param name="picture">Of this scale.</param>
    /// <param name="turn">Turn and scale.</param>
    /// <param name="shift">Shift, pixels of this scale.</param>
    /// <param name="most">Steps at most.</param>
    public void Refine(Mat picture, ref Complex turn, ref Complex shift, int most)
    {
        const double enough = 0.01;
        using var warped = new Mat();
        Span<double> sums = stackalloc double[14];
        for (var step = 0; step < most; step++)
        {
            Warp(picture, turn, shift, warped);
            if (Compare(warped) is not { } fit) return;
            Sum(warped, fit, sums);
            if (!TrySolve(sums, fit.Deviation)) return;
            var (moved, change) = (new Complex(sums[10], sums[11]), new Complex(1 + sums[12], sums[13]));
            if (change.Magnitude is < 0.5 or > 2) return;
            turn /= change;
            shift -= turn * moved;
            if (moved.Magnitude + ((change - 1).Magnitude * Math.Max(_width, _height) / 2) < enough) return;
        }
    }

    /// <summary>How alike the two are with a similarity: the correlation of what both show, -1..1; -1 where they share less than a quarter of the reference.</summary>
    public double Correlation(Mat picture, Complex turn, Complex shift)
    {
        using var warped = new Mat();
        Warp(picture, turn, shift, warped);
        return Compare(warped)?.Correlation ?? -1;
    }

    /// <summary>From places of the reference to those of the picture, both of this scale and from their corner on.</summary>
    public Affine ToPicture(Complex turn, Complex shift) => Affine.Shift(-_centreX, -_centreY)
        .Then(new Affine(turn.Real, -turn.Imaginary, 0, turn.Imaginary, turn.Real, 0)).Then(Affine.Shift(_centreX + shift.Real, _centreY + shift.Imaginary));

    private static unsafe float[] Values(Mat picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var values = new float[width * height];
        for (var y = 0; y < height; y++) new ReadOnlySpan<float>(picture.Ptr(y).ToPointer(), width).CopyTo(values.AsSpan(y * width));
        return values;
    }

    private void Warp(Mat picture, Complex turn, Complex shift, Mat warped)
    {
        using var matrix = ToPicture(turn, shift).ToMat();
        Cv2.WarpAffine(picture, warped, matrix, new Size(_width, _height), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, BorderTypes.Constant, Scalar.All(Outside));
    }

    /// <summary>Mean and deviation of what a warped picture shows, and of the same places of the reference; null where it shows too little.</summary>
    private unsafe Fit? Compare(Mat warped)
    {
        Vector<float> count = default, sum = default, squares = default, own = default, ownSquares = default, products = default;
        var limit = new Vector<float>(Inside);
        var shown = (float*)warped.DataPointer;
        fixed (float* values = _values)
        {
            for (var i = 0; i <= _values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var (its, of) = (Vector.Load(values + i), Vector.Load(shown + i));
                var isShown = Vector.GreaterThan(of, limit);
                of = Vector.ConditionalSelect(isShown, of, Vector<float>.Zero);
                its = Vector.ConditionalSelect(isShown, its, Vector<float>.Zero);
                count += Vector.ConditionalSelect(isShown, Vector<float>.One, Vector<float>.Zero);
                sum += of;
                squares += of * of;
                own += its;
                ownSquares += its * its;
                products += of * its;
            }
        }

        double n = Vector.Sum(count);
        if (n * 4 < _values.Length) return null;
        double mean = Vector.Sum(sum) / n, ownMean = Vector.Sum(own) / n;
        var deviation = Math.Sqrt(Math.Max(0, (Vector.Sum(squares) / n) - (mean * mean)));
        var ownDeviation = Math.Sqrt(Math.Max(0, (Vector.Sum(ownSquares) / n) - (ownMean * ownMean)));
        if (deviation < 1e-6 || ownDeviation < 1e-6) return null;
        var correlation = ((Vector.Sum(products) / n) - (mean * ownMean)) / deviation / ownDeviation;
        return new Fit((float)mean, (float)deviation, (float)ownMean, (float)ownDeviation, Math.Clamp(correlation, -1, 1));
    }

    /// <summary>The ten sums of products of slopes, then the four of slopes and differences, each by how much its place counts.</summary>
    private unsafe void Sum(Mat warped, Fit fit, Span<double> sums)
    {
        // Differences of values of deviation 1 have the mean square 2 - 2 r; twice their typical size is where they count half.
        var width = Math.Max(0.05, 1.6 * Math.Sqrt(2 - (2 * fit.Correlation)));
        var (narrow, limit) = (new Vector<float>((float)(1 / (width * width))), new Vector<float>(Inside));
        var (gain, ownGain) = (new Vector<float>(1 / fit.PictureDeviation), new Vector<float>(1 / fit.Deviation));
        var level = new Vector<float>((fit.PictureMean / fit.PictureDeviation) - (fit.Mean / fit.Deviation));
        Span<Vector<float>> lanes = stackalloc Vector<float>[14];
        lanes.Clear();
        var shown = (float*)warped.DataPointer;
        fixed (float* values = _values, across = _slopes[0], along = _slopes[1], grows = _slopes[2], turns = _slopes[3])
        {
            for (var i = 0; i <= _values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var of = Vector.Load(shown + i);
                var difference = (of * gain) - (Vector.Load(values + i) * ownGain) - level;
                var counts = Vector.ConditionalSelect(Vector.GreaterThan(of, limit), Vector<float>.One / (Vector<float>.One + (difference * difference * narrow)), Vector<float>.Zero);
                var (a, b, c, d) = (Vector.Load(across + i), Vector.Load(along + i), Vector.Load(grows + i), Vector.Load(turns + i));
                var (wa, wb, wc, wd) = (a * counts, b * counts, c * counts, d * counts);
                lanes[0] += wa * a;
                lanes[1] += wa * b;
                lanes[2] += wa * c;
                lanes[3] += wa * d;
                lanes[4] += wb * b;
                lanes[5] += wb * c;
                lanes[6] += wb * d;
                lanes[7] += wc * c;
                lanes[8] += wc * d;
                lanes[9] += wd * d;
                lanes[10] += wa * difference;
                lanes[11] += wb * difference;
                lanes[12] += wc * difference;
                lanes[13] += wd * difference;
            }
        }

        for (var i = 0; i < lanes.Length; i++) sums[i] = Vector.Sum(lanes[i]);
    }

    /// <summary>Solves the normal equations by Cholesky; what is found takes the place of the last four sums.</summary>
    private static bool TrySolve(Span<double> sums, double deviation)
    {
        Span<double> m = stackalloc double[16];
        var at = 0;
        for (var row = 0; row < 4; row++)
            for (var column = row; column < 4; column++) m[(column * 4) + row] = sums[at++];
        for (var row = 0; row < 4; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = m[(row * 4) + column];
                for (var k = 0; k < column; k++) sum -= m[(row * 4) + k] * m[(column * 4) + k];
                if (row == column && !(sum > 1e-12)) return false;
                m[(row * 4) + column] = row == column ? Math.Sqrt(sum) : sum / m[(column * 4) + column];
            }
        }

        // The differences are of values of deviation 1, the slopes are not.
        var x = sums[10..];
        for (var row = 0; row < 4; row++)
        {
            x[row] *= deviation;
            for (var k = 0; k < row; k++) x[row] -= m[(row * 4) + k] * x[k];
            x[row] /= m[(row * 4) + row];
        }

        for (var row = 3; row >= 0; row--)
        {
            for (var k = row + 1; k < 4; k++) x[row] -= m[(k * 4) + row] * x[k];
            x[row] /= m[(row * 4) + row];
        }

        return true;
    }

    /// <summary>What a warped picture and the reference have where both show something.</summary>
    private sealed record Fit(float PictureMean, float PictureDeviation, float Mean, float Deviation, double Correlation);
}
