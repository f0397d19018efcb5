using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>The type mark "AL-42" as strokes, in part coordinates.</summary>
internal static class Engraving
{
    public const float CenterV = 0.775f, HalfHeight = 0.062f, HalfWidth = 0.22f;

    private const float GlyphWidth = 0.55f, Advance = 0.74f;

    private static readonly (float X, float Y)[][] Strokes =
    [
        .. Glyph(0, [(0, 1), (0.28f, 0), (0.55f, 1)], [(0.12f, 0.64f), (0.43f, 0.64f)]),
        .. Glyph(1, [(0.05f, 0), (0.05f, 1), (0.5f, 1)]),
        .. Glyph(2, [(0.08f, 0.52f), (0.45f, 0.52f)]),
        .. Glyph(3, [(0.42f, 1), (0.42f, 0), (0, 0.68f), (0.55f, 0.68f)]),
        .. Glyph(4, [(0.02f, 0.22f), (0.14f, 0.02f), (0.42f, 0.02f), (0.52f, 0.2f), (0.48f, 0.42f), (0, 1), (0.55f, 1)]),
    ];

    /// <summary>Distance to the nearest stroke; large where it is far.</summary>
    public static float Distance(float u, float v)
    {
        if (MathF.Abs(u) > HalfWidth + 0.05f || MathF.Abs(v - CenterV) > HalfHeight + 0.05f) return 1;
        var nearest = 1f;
        foreach (var stroke in Strokes)
            for (var i = 1; i < stroke.Length; i++) nearest = Math.Min(nearest, Curve.ToSegment(u, v, stroke[i - 1], stroke[i]));
        return nearest;
    }

    private static IEnumerable<(float X, float Y)[]> Glyph(int place, params (float X, float Y)[][] strokes)
    {
        const float size = 2 * HalfHeight;
        var left = (place * Advance) - (((4 * Advance) + GlyphWidth) / 2);
        return strokes.Select(s => s.Select(p => ((left + p.X) * size, CenterV + ((p.Y - 0.5f) * size))).ToArray());
    }
}
