using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>Puts one defect on a carved surface, at a random place on the metal, and marks its pixels.</summary>
internal static class DefectPlanter
{
    public static void Plant(PartSurface surface, PartDefect kind, FlangeFeature missing, Random random)
    {
        switch (kind)
        {
            case PartDefect.Scratch: Scratch(surface, random); break;
            case PartDefect.Dent: Dent(surface, random); break;
            case PartDefect.Stain: Stain(surface, random); break;
            default: MarkMissing(surface, missing); break;
        }
    }

    private static void Scratch(PartSurface surface, Random random)
    {
        (float X, float Y)[] path;
        do path = Path(random);
        while (Array.Exists(path, p => MathF.Sqrt((p.X * p.X) + (p.Y * p.Y)) is < FlangeShape.BoreRadius + 0.05f or > FlangeShape.FaceOuter));

        // Never thinner than a camera shows, however few pixels the part has.
        var half = Math.Max(random.Between(0.006f, 0.011f), 0.75f * surface.Pixel);
        var gloss = random.Next(3) == 0 ? random.Between(0.35f, 0.5f) : random.Between(1.5f, 1.9f);
        ForEach(surface, (a, b, at) =>
        {
            var d = 1f;
            for (var i = 1; i < path.Length; i++) d = Math.Min(d, Curve.ToSegment(a, b, path[i - 1], path[i]));
            var cut = Curve.Step(half * 1.5f, half * 0.4f, d);
            surface.Z[at] -= 0.006f * cut;
            surface.Gloss[at] *= 1 + ((gloss - 1) * cut);
            return d < half * 1.3f;
        });
    }

    private static (float X, float Y)[] Path(Random random)
    {
        var (u, v) = Place(random, 0.12f);
        var angle = random.Between(0, MathF.Tau);
        var bend = random.Between(-0.5f, 0.5f);
        var step = random.Between(0.22f, 0.5f) / 8;
        var path = new (float X, float Y)[9];
        for (var i = 0; i < path.Length; i++)
        {
            path[i] = (u, v);
            var (sin, cos) = MathF.SinCos(angle + (bend * i / 8));
            (u, v) = (u + (step * cos), v + (step * sin));
        }

        return path;
    }

    private static void Dent(PartSurface surface, Random random)
    {
        var radius = random.Between(0.06f, 0.105f);
        var (u, v) = Place(random, radius);
        var depth = radius * random.Between(0.38f, 0.6f);
        var stretch = random.Between(0.75f, 1.3f);
        var (sin, cos) = MathF.SinCos(random.Between(0, MathF.PI));
        ForEach(surface, (a, b, at) =>
        {
            float du = ((a - u) * cos) + ((b - v) * sin), dv = ((b - v) * cos) - ((a - u) * sin);
            var d = MathF.Sqrt((du * du * stretch) + (dv * dv / stretch)) / radius;
            if (d > 1.2f) return false;
            surface.Z[at] += depth * ((0.22f * Curve.Step(0.7f, 0.95f, d) * Curve.Step(1.2f, 0.98f, d)) - Curve.Step(0.9f, 0, d));
            surface.Gloss[at] *= 1 - (0.4f * Curve.Step(0.9f, 0.1f, d));
            return d < 1.1f;
        });
    }

    private static void Stain(PartSurface surface, Random random)
    {
        var noise = new ValueNoise(random);
        var radius = random.Between(0.085f, 0.17f);
        var (u, v) = Place(random, radius * 0.5f);
        var strength = random.Between(0.55f, 0.9f);
        ForEach(surface, (a, b, at) =>
        {
            var d = MathF.Sqrt(Curve.Square(a - u) + Curve.Square(b - v)) / radius;
            if (d > 1.6f) return false;
            var ragged = d + (0.45f * noise.Fractal((a * 9) + 20, (b * 9) + 20));
            var cover = strength * Curve.Step(1.05f, 0.7f, ragged) * (0.8f + (0.3f * noise.At(a * 45, b * 45)));
            surface.Stain[at] = Math.Clamp(cover, 0, 1);
            return cover > 0.2f;
        });
    }

    private static void MarkMissing(PartSurface surface, FlangeFeature missing) => ForEach(surface, (a, b, _) =>
    {
        if (missing.Mark) return Math.Abs(a) < Engraving.HalfWidth + 0.02f && Math.Abs(b - Engraving.CenterV) < Engraving.HalfHeight + 0.02f;
        var (place, radius) = missing.Dowel ? (FlangeShape.Dowel, FlangeShape.DowelChamfer) : (FlangeShape.Bolt(missing.BoltHole), FlangeShape.CountersinkRadius);
        return Curve.Square(a - place.U) + Curve.Square(b - place.V) < radius * radius;
    });

    /// <summary>A place on the face or the hub whose surroundings are metal.</summary>
    private static (float U, float V) Place(Random random, float clearance)
    {
        while (true)
        {
            var (sin, cos) = MathF.SinCos(random.Between(0, MathF.Tau));
            var r = random.Between(0.36f, 0.9f);
            var (u, v) = (r * cos, r * sin);
            var free = r < FlangeShape.HubRadius || r > FlangeShape.FaceInner + 0.09f;
            for (var i = 0; i < 6 && free; i++)
                free = Curve.Square(u - FlangeShape.Bolt(i).U) + Curve.Square(v - FlangeShape.Bolt(i).V) > Curve.Square(FlangeShape.CountersinkRadius + Math.Min(clearance, 0.08f));
            if (free) return (u, v);
        }
    }

    /// <summary>Visits the pixels that are mostly metal; the mask is where the visitor says so.</summary>
    private static void ForEach(PartSurface surface, Func<float, float, int, bool> visit)
    {
        for (var y = 0; y < surface.Height; y++)
        {
            for (var x = 0; x < surface.Width; x++)
            {
                var at = (y * surface.Width) + x;
                if (surface.Metal[at] < 0.5f) continue;
                var (u, v) = surface.Pose.ToPart(x, y);
                surface.Mask[at] = visit(u, v, at);
            }
        }
    }
}
