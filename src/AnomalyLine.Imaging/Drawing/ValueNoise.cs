namespace AnomalyLine.Imaging.Drawing;

/// <summary>Smooth noise in [-1, 1] without period in sight: random values on a lattice of 256 x 256 cells, interpolated.</summary>
internal sealed class ValueNoise
{
    private const int Side = 256;
    private readonly float[] _lattice = new float[Side * Side];

    public ValueNoise(Random random)
    {
        for (var i = 0; i < _lattice.Length; i++) _lattice[i] = random.Between(-1, 1);
    }

    /// <summary>At a place, in cells.</summary>
    public float At(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int x0 = (int)fx & (Side - 1), y0 = ((int)fy & (Side - 1)) * Side, x1 = (x0 + 1) & (Side - 1), y1 = (y0 + Side) & ((Side * Side) - 1);
        float tx = Smooth(x - fx), ty = Smooth(y - fy);
        var top = _lattice[y0 + x0] + (tx * (_lattice[y0 + x1] - _lattice[y0 + x0]));
        var bottom = _lattice[y1 + x0] + (tx * (_lattice[y1 + x1] - _lattice[y1 + x0]));
        return top + (ty * (bottom - top));
    }

    /// <summary>Three octaves from the given cell size down.</summary>
    public float Fractal(float x, float y) => (At(x, y) + (0.5f * At((x * 2) + 17, (y * 2) + 31)) + (0.25f * At((x * 4) + 71, (y * 4) + 47))) / 1.75f;

    private static float Smooth(float t) => t * t * (3 - (2 * t));
}
