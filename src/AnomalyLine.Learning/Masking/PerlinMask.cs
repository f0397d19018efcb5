using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// Where DRAEM lays a texture (Zavrtanik, Kristan, Skočaj 2021, section 3.3): Perlin noise of 1, 2, 4, 8, 16 or 32 cells along each axis,
/// drawn for each by itself, turned by up to 90 degrees to either side, and cut at 0.5.
/// </summary>
internal static class PerlinMask
{
    private const int Scales = 6;
    private const float Threshold = 0.5f;

    /// <summary>Coarse noise may stay below the threshold everywhere; then another is drawn, this often at most.</summary>
    private const int Attempts = 16;

    /// <summary>Draws a mask.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="random">Decides.</param>
    /// <param name="mask">Takes true where the noise is above the threshold; height x width.</param>
    /// <returns>Number of pixels set.</returns>
    public static int Draw(int width, int height, Random random, Span<bool> mask)
    {
        var count = 0;
        for (var attempt = 0; attempt < Attempts && count == 0; attempt++)
        {
            int columns = 1 << random.Next(Scales), rows = 1 << random.Next(Scales);
            count = Cut(new Perlin(columns, rows, random), columns, rows, random.Between(-MathF.PI / 2, MathF.PI / 2), width, height, mask);
        }

        return count;
    }

    /// <summary>The noise turned about the middle; nothing is set where the turned square does not reach.</summary>
    private static int Cut(Perlin noise, int columns, int rows, float angle, int width, int height, Span<bool> mask)
    {
        var (sin, cos) = MathF.SinCos(angle);
        var count = 0;
        for (var y = 0; y < height; y++)
        {
            var v = ((y + 0.5f) / height) - 0.5f;
            for (var x = 0; x < width; x++)
            {
                var u = ((x + 0.5f) / width) - 0.5f;
                float turnedX = (cos * u) - (sin * v) + 0.5f, turnedY = (sin * u) + (cos * v) + 0.5f;
                var set = turnedX is >= 0 and < 1 && turnedY is >= 0 and < 1 && noise.At(turnedX * columns, turnedY * rows) > Threshold;
                mask[(y * width) + x] = set;
                if (set) count++;
            }
        }

        return count;
    }
}
