namespace AnomalyLine.Learning.Corruption;

/// <summary>
/// A surface stretched over a rectangle from given values along its edge: about the solution of Laplace's equation, which is what seamless cloning adds to
/// a patch. A Coons patch, (1-v) T(u) + v B(u) + (1-u) L(v) + u R(v) less the bilinear blend of the corners, is right in the large but streaked where
/// the edge is rough; a few sweeps of successive over-relaxation take the streaks away.
/// </summary>
internal static class Membrane
{
    private const int Sweeps = 12;
    private const float OverRelaxation = 1.6f;

    /// <summary>Fills the inside.</summary>
    /// <param name="field">height x width, each at least 2; the values along the edge are kept.</param>
    /// <param name="width">Columns.</param>
    public static void Stretch(Span<float> field, int width)
    {
        var height = field.Length / width;
        var last = (height - 1) * width;
        for (var y = 1; y < height - 1; y++)
        {
            var v = y / (height - 1f);
            var (left, right) = (field[y * width], field[(y * width) + width - 1]);
            var (cornerLeft, cornerRight) = (((1 - v) * field[0]) + (v * field[last]), ((1 - v) * field[width - 1]) + (v * field[last + width - 1]));
            for (var x = 1; x < width - 1; x++)
            {
                var u = x / (width - 1f);
                field[(y * width) + x] = ((1 - v) * field[x]) + (v * field[last + x]) + ((1 - u) * (left - cornerLeft)) + (u * (right - cornerRight));
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var y = 1; y < height - 1; y++)
            {
                for (var at = (y * width) + 1; at < (y * width) + width - 1; at++)
                {
                    var mean = (field[at - 1] + field[at + 1] + field[at - width] + field[at + width]) / 4;
                    field[at] += OverRelaxation * (mean - field[at]);
                }
            }
        }
    }
}
