namespace AnomalyLine.Imaging.Drawing;

/// <summary>Smooth steps and distances.</summary>
internal static class Curve
{
    /// <summary>0 up to a, 1 from b on, smooth between (a may be above b).</summary>
    public static float Step(float a, float b, float x)
    {
        var t = Math.Clamp((x - a) / (b - a), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>Distance from a point to a segment.</summary>
    public static float ToSegment(float x, float y, (float X, float Y) a, (float X, float Y) b)
    {
        float dx = b.X - a.X, dy = b.Y - a.Y, px = x - a.X, py = y - a.Y;
        var t = Math.Clamp(((px * dx) + (py * dy)) / ((dx * dx) + (dy * dy)), 0, 1);
        return MathF.Sqrt(Square(px - (t * dx)) + Square(py - (t * dy)));
    }

    public static float Square(float x) => x * x;
}
