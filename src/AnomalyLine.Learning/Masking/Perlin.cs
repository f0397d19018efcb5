using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// Gradient noise (Perlin, "Improving noise", 2002): random unit gradients on a lattice, blended with 6t^5 - 15t^4 + 10t^3 and multiplied by sqrt(2).
/// </summary>
internal sealed class Perlin
{
    private readonly int _stride;
    private readonly int _rows;
    private readonly (float X, float Y)[] _gradients;

    /// <summary>A lattice of columns x rows cells with random gradients.</summary>
    public Perlin(int columns, int rows, Random random)
    {
        (_stride, _rows) = (columns + 1, rows);
        _gradients = new (float, float)[_stride * (rows + 1)];
        for (var i = 0; i < _gradients.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(random.Between(0, MathF.Tau));
            _gradients[i] = (cos, sin);
        }
    }

    /// <summary>The noise at a place, about -1..1; 0 on the lattice's points.</summary>
    /// <param name="x">In cells, 0..columns.</param>
    /// <param name="y">In cells, 0..rows.</param>
    public float At(float x, float y)
    {
        int column = Math.Min((int)x, _stride - 2), row = Math.Min((int)y, _rows - 1);
        float fx = x - column, fy = y - row;
        var at = (row * _stride) + column;
        var (topLeft, topRight) = (_gradients[at], _gradients[at + 1]);
        var (left, right) = (_gradients[at + _stride], _gradients[at + _stride + 1]);
        float tx = Fade(fx), ty = Fade(fy);
        var top = Mix((topLeft.X * fx) + (topLeft.Y * fy), (topRight.X * (fx - 1)) + (topRight.Y * fy), tx);
        var bottom = Mix((left.X * fx) + (left.Y * (fy - 1)), (right.X * (fx - 1)) + (right.Y * (fy - 1)), tx);
        return 1.41421356f * Mix(top, bottom, ty);
    }

    private static float Fade(float t) => t * t * t * ((t * ((t * 6) - 15)) + 10);

    private static float Mix(float a, float b, float t) => a + (t * (b - a));
}
