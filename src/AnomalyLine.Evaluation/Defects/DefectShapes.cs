using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>Where a planted defect lies: cover of each pixel, 0..1, height x width.</summary>
internal static class DefectShapes
{
    public static float[] Take(SyntheticDefectKind kind, InputSpec input, Random random) => kind switch
    {
        SyntheticDefectKind.Scratch => Line(input, random),
        SyntheticDefectKind.CutPaste => Rectangle(input, random),
        SyntheticDefectKind.Texture => Ragged(input, random, 0.1f, 0.22f, 0.6f),
        SyntheticDefectKind.Stain => Ragged(input, random, 0.06f, 0.16f, 0.35f),
        _ => Ragged(input, random, 0.06f, 0.14f, 0.1f),
    };

    private static float[] Rectangle(InputSpec input, Random random)
    {
        int width = Math.Max(3, (int)(input.Width * random.Between(0.06f, 0.22f))), height = Math.Max(3, (int)(input.Height * random.Between(0.06f, 0.22f)));
        int left = random.Next(input.Width - width), top = random.Next(input.Height - height);
        var cover = new float[input.Width * input.Height];
        for (var y = top; y < top + height; y++) cover.AsSpan((y * input.Width) + left, width).Fill(1);
        return cover;
    }

    /// <summary>An ellipse whose edge noise frays; raggedness 0 gives the ellipse itself.</summary>
    private static float[] Ragged(InputSpec input, Random random, float least, float most, float raggedness)
    {
        var noise = new ValueNoise(random);
        var (radiusX, radiusY) = (random.Between(least, most), random.Between(least, most));
        var (centerX, centerY) = (random.Between(0.12f, 0.88f), random.Between(0.12f, 0.88f));
        var cell = random.Between(10, 22);
        return Each(input, (x, y) =>
        {
            var d = MathF.Sqrt(Curve.Square((x - centerX) / radiusX) + Curve.Square((y - centerY) / radiusY));
            return d > 2 ? 0 : Curve.Step(1.08f, 0.92f, d + (raggedness * noise.Fractal(x * cell, y * cell)));
        });
    }

    private static float[] Line(InputSpec input, Random random)
    {
        var path = new (float X, float Y)[9];
        path[0] = (random.Between(0.15f, 0.85f), random.Between(0.15f, 0.85f));
        var (angle, bend, step) = (random.Between(0, MathF.Tau), random.Between(-0.15f, 0.15f), random.Between(0.015f, 0.05f));
        for (var i = 1; i < path.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(angle + (bend * i));
            path[i] = (path[i - 1].X + (step * cos), path[i - 1].Y + (step * sin));
        }

        var half = Math.Max(random.Between(0.002f, 0.006f), 0.8f / Math.Min(input.Width, input.Height));
        return Each(input, (x, y) =>
        {
            var nearest = 1f;
            for (var i = 1; i < path.Length; i++) nearest = Math.Min(nearest, Curve.ToSegment(x, y, path[i - 1], path[i]));
            return Curve.Step(half * 1.6f, half * 0.5f, nearest);
        });
    }

    private static float[] Each(InputSpec input, Func<float, float, float> cover)
    {
        var values = new float[input.Width * input.Height];
        for (var y = 0; y < input.Height; y++)
            for (var x = 0; x < input.Width; x++) values[(y * input.Width) + x] = cover((x + 0.5f) / input.Width, (y + 0.5f) / input.Height);
        return values;
    }
}
