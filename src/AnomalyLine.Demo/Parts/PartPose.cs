using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>Where a part lies in the frame. Part coordinates have the part's centre as origin and its outer radius as unit; y goes down as in the frame.</summary>
/// <param name="CenterX">Pixels.</param>
/// <param name="CenterY">Pixels.</param>
/// <param name="Radius">Outer radius, pixels.</param>
/// <param name="Cos">Of the rotation.</param>
/// <param name="Sin">Of the rotation.</param>
public sealed record PartPose(float CenterX, float CenterY, float Radius, float Cos, float Sin)
{
    /// <summary>As parts lie in a nest on the belt: shifted by at most 0.8 % of the frame, turned by at most 1.5 degrees.</summary>
    internal static PartPose Take(Random random, int width, int height)
    {
        var side = Math.Min(width, height);
        var (sin, cos) = MathF.SinCos(random.Between(-1.5f, 1.5f) * MathF.PI / 180);
        return new PartPose(
            (width / 2f) + (side * random.Between(-0.008f, 0.008f)), (height / 2f) + (side * random.Between(-0.008f, 0.008f)),
            side * 0.43f * random.Between(0.998f, 1.002f), cos, sin);
    }

    /// <summary>A part at a place.</summary>
    /// <param name="centerX">Pixels.</param>
    /// <param name="centerY">Pixels.</param>
    /// <param name="radius">Outer radius, pixels.</param>
    /// <param name="angle">Turn, degrees, clockwise as people see the frame.</param>
    public static PartPose At(double centerX, double centerY, double radius, double angle)
    {
        var (sin, cos) = Math.SinCos(angle * Math.PI / 180);
        return new PartPose((float)centerX, (float)centerY, (float)radius, (float)cos, (float)sin);
    }

    /// <summary>The centre of a pixel in part coordinates.</summary>
    internal (float U, float V) ToPart(int x, int y)
    {
        float dx = x + 0.5f - CenterX, dy = y + 0.5f - CenterY;
        return (((dx * Cos) + (dy * Sin)) / Radius, ((dy * Cos) - (dx * Sin)) / Radius);
    }
}
