using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>The drawing of the flange: its profile over the radius, its holes, its mark.</summary>
internal static class FlangeShape
{
    public const float BoreRadius = 0.27f, HubRadius = 0.46f, FaceInner = 0.52f, FaceOuter = 0.95f;
    public const float BoltCircle = 0.755f, BoltRadius = 0.072f, CountersinkRadius = 0.102f;
    public const float DowelRadius = 0.036f, DowelChamfer = 0.05f;
    private const int BoltHoles = 6, ProfileSteps = 4096;
    private const float ProfileEnd = 1.1f;

    private static readonly float[] Profile = [.. Enumerable.Range(0, ProfileSteps + 2).Select(i => ProfileAt(i * ProfileEnd / ProfileSteps))];
    private static readonly (float U, float V)[] Bolts = [.. Enumerable.Range(0, BoltHoles).Select(i => (BoltCircle * MathF.Cos(i * MathF.PI / 3), BoltCircle * MathF.Sin(i * MathF.PI / 3)))];

    public static (float U, float V) Dowel => (0, -BoltCircle);

    public static (float U, float V) Bolt(int index) => Bolts[index];

    /// <summary>A feature that is to be missing: a bolt hole more often than not.</summary>
    public static FlangeFeature TakeFeature(Random random) => random.Next(10) switch
    {
        < 6 => FlangeFeature.None with { BoltHole = random.Next(BoltHoles) },
        < 8 => FlangeFeature.None with { Dowel = true },
        _ => FlangeFeature.None with { Mark = true },
    };

    /// <summary>Fills height and metal.</summary>
    public static void Carve(PartSurface surface, FlangeFeature missing)
    {
        var edge = surface.Pixel * 0.7f;
        for (var y = 0; y < surface.Height; y++)
        {
            for (var x = 0; x < surface.Width; x++)
            {
                var (u, v) = surface.Pose.ToPart(x, y);
                var r = MathF.Sqrt((u * u) + (v * v));
                var at = (y * surface.Width) + x;
                var z = Lookup(Math.Min(r, 1.05f));
                surface.Z[at] = z;
                if (r > 1 + edge) continue;
                var metal = Curve.Step(1 + edge, 1 - edge, r) * Curve.Step(BoreRadius - edge, BoreRadius + edge, r);
                if (r is > FaceInner and < FaceOuter)
                {
                    DrillAll(u, v, edge, missing, ref z, ref metal);
                    if (!missing.Mark) Engrave(surface, at, u, v, ref z);
                }

                surface.Z[at] = z;
                surface.Metal[at] = metal;
            }
        }
    }

    private static void DrillAll(float u, float v, float edge, FlangeFeature missing, ref float z, ref float metal)
    {
        for (var i = 0; i < BoltHoles; i++)
            if (i != missing.BoltHole) Drill(Bolts[i], BoltRadius, CountersinkRadius, u, v, edge, ref z, ref metal);
        if (!missing.Dowel) Drill(Dowel, DowelRadius, DowelChamfer, u, v, edge, ref z, ref metal);
    }

    private static void Engrave(PartSurface surface, int at, float u, float v, ref float z)
    {
        var stroke = Math.Max(0.012f, surface.Pixel * 0.9f);
        var cut = Curve.Step(stroke * 1.4f, stroke * 0.3f, Engraving.Distance(u, v));
        z -= 0.012f * cut;
        surface.Gloss[at] *= 1 - (0.45f * cut);
    }

    private static void Drill((float U, float V) at, float radius, float chamfer, float u, float v, float edge, ref float z, ref float metal)
    {
        float du = u - at.U, dv = v - at.V;
        if ((du * du) + (dv * dv) > chamfer * chamfer) return;
        var d = MathF.Sqrt((du * du) + (dv * dv));
        z -= chamfer - Math.Max(d, radius);
        metal *= Curve.Step(radius - edge, radius + edge, d);
    }

    private static float Lookup(float r)
    {
        var place = r * (ProfileSteps / ProfileEnd);
        var i = Math.Min((int)place, ProfileSteps);
        return Profile[i] + ((place - i) * (Profile[i + 1] - Profile[i]));
    }

    private static float ProfileAt(float r)
    {
        var hub = 0.05f * Curve.Step(FaceInner, HubRadius, r);
        var boreChamfer = -Math.Clamp(BoreRadius + 0.035f - r, 0, 0.035f);
        var groove = -0.022f * Curve.Step(0.568f, 0.578f, r) * Curve.Step(0.606f, 0.596f, r);
        var outerChamfer = -Math.Clamp(r - FaceOuter, 0, 0.05f);
        return hub + boreChamfer + groove + outerChamfer;
    }
}
