namespace AnomalyLine.Imaging.Alignment;

/// <summary>How a part lies in a frame, against how it lies in the reference: turned and scaled about its centre, then shifted.</summary>
/// <param name="X">Shift to the right, pixels of the frame.</param>
/// <param name="Y">Shift down, pixels of the frame.</param>
/// <param name="Angle">Turn, degrees, clockwise as people see the frame, -180..180.</param>
/// <param name="Scale">How much larger it is, above 0; 1 for as large.</param>
public sealed record Pose(double X, double Y, double Angle, double Scale)
{
    /// <summary>Length of the shift, pixels of the frame.</summary>
    public double Shift => Math.Sqrt((X * X) + (Y * Y));
}
