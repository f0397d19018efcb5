using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Alignment;

/// <summary>A map of the plane onto itself: x' = XX x + XY y + X, y' = YX x + YY y + Y. Pixel i of a picture reaches from i to i + 1, so that pictures of different scale share one origin.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Affine(double XX, double XY, double X, double YX, double YY, double Y)
{
    /// <summary>First this, then another.</summary>
    public Affine Then(Affine next) => new(
        (next.XX * XX) + (next.XY * YX), (next.XX * XY) + (next.XY * YY), (next.XX * X) + (next.XY * Y) + next.X,
        (next.YX * XX) + (next.YY * YX), (next.YX * XY) + (next.YY * YY), (next.YX * X) + (next.YY * Y) + next.Y);

    /// <summary>The way back.</summary>
    public Affine Inverse()
    {
        var determinant = (XX * YY) - (XY * YX);
        var (a, b, c, d) = (YY / determinant, -XY / determinant, -YX / determinant, XX / determinant);
        return new Affine(a, b, -((a * X) + (b * Y)), c, d, -((c * X) + (d * Y)));
    }

    /// <summary>Where a point goes.</summary>
    public (double X, double Y) Of(double x, double y) => ((XX * x) + (XY * y) + X, (YX * x) + (YY * y) + Y);

    /// <summary>Each coordinate times a factor.</summary>
    public static Affine Scaling(double x, double y) => new(x, 0, 0, 0, y, 0);

    /// <summary>A shift.</summary>
    public static Affine Shift(double x, double y) => new(1, 0, x, 0, 1, y);

    /// <summary>As OpenCV takes it, which counts from the middle of the first pixel.</summary>
    public Mat ToMat() => Mat.FromPixelData(2, 3, MatType.CV_64FC1, new[] { XX, XY, X + ((XX + XY - 1) / 2), YX, YY, Y + ((YX + YY - 1) / 2) }).Clone();
}
