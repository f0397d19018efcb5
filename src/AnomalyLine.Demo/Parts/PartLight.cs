using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>The lamp over the line as one part sees it: direction, strength, fall-off over the frame and colour.</summary>
/// <param name="X">Direction towards the lamp; a unit vector with Y and Z. Frame axes, z towards the camera.</param>
/// <param name="Y">As X.</param>
/// <param name="Z">As X.</param>
/// <param name="Strength">Around 1.</param>
/// <param name="GradientX">Change of brightness over the frame, as a part of it.</param>
/// <param name="GradientY">As GradientX.</param>
/// <param name="Warmth">Around 0; higher is redder.</param>
internal sealed record PartLight(float X, float Y, float Z, float Strength, float GradientX, float GradientY, float Warmth)
{
    public static PartLight Take(Random random)
    {
        var azimuth = (-125 + random.Between(-9, 9)) * MathF.PI / 180;
        var elevation = (50 + random.Between(-4, 4)) * MathF.PI / 180;
        var (sin, cos) = MathF.SinCos(azimuth);
        return new PartLight(
            cos * MathF.Cos(elevation), sin * MathF.Cos(elevation), MathF.Sin(elevation), random.Between(0.94f, 1.06f),
            random.Between(-0.06f, 0.06f), random.Between(-0.06f, 0.06f), random.Between(-0.02f, 0.02f));
    }
}
