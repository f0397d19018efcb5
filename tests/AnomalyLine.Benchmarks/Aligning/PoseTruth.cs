using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging.Alignment;

namespace AnomalyLine.Benchmarks.Aligning;

/// <summary>Where a reference lies in the coordinates of parts: the medians over parts whose places are known.</summary>
/// <param name="X">Centre of the reference part, pixels.</param>
/// <param name="Y">The same down.</param>
/// <param name="Angle">Its turn, degrees.</param>
internal sealed record PoseTruth(double X, double Y, double Angle)
{
    /// <summary>Learns it.</summary>
    public static PoseTruth Of(IEnumerable<(Affine ToFrame, PartPose Pose)> parts)
    {
        var places = parts.Select(p =>
        {
            var (x, y) = p.ToFrame.Inverse().Of(p.Pose.CenterX, p.Pose.CenterY);
            return (X: x, Y: y, Angle: Wrapped(AngleOf(p.Pose) - AngleOf(p.ToFrame)));
        }).ToList();
        var first = places[0].Angle;
        return new PoseTruth(places.Select(p => p.X).ToList().Median(), places.Select(p => p.Y).ToList().Median(), first + places.Select(p => Wrapped(p.Angle - first)).ToList().Median());
    }

    /// <summary>How wrong a part was found.</summary>
    /// <returns>Pixels at its centre, and degrees.</returns>
    public (double Pixels, double Degrees) Error(Affine toFrame, PartPose pose)
    {
        var (x, y) = toFrame.Of(X, Y);
        var (right, down) = (x - pose.CenterX, y - pose.CenterY);
        return (Math.Sqrt((right * right) + (down * down)), Math.Abs(Wrapped(AngleOf(pose) - AngleOf(toFrame) - Angle)));
    }

    private static double AngleOf(PartPose pose) => Math.Atan2(pose.Sin, pose.Cos) * 180 / Math.PI;

    private static double AngleOf(Affine map) => Math.Atan2(map.YX - map.XY, map.XX + map.YY) * 180 / Math.PI;

    private static double Wrapped(double degrees) => degrees - (360 * Math.Round(degrees / 360));
}
