namespace AnomalyLine.Imaging;

/// <summary>A connected area of a frame above the pixel threshold, in pixels of the frame.</summary>
/// <param name="X">Left edge of the bounding box.</param>
/// <param name="Y">Top edge of the bounding box.</param>
/// <param name="Width">Width of the bounding box, at least 1.</param>
/// <param name="Height">Height of the bounding box, at least 1.</param>
/// <param name="Area">Area above the pixel threshold, pixels of the frame.</param>
/// <param name="Peak">Highest value of the anomaly map inside.</param>
public sealed record DefectRegion(int X, int Y, int Width, int Height, double Area, float Peak);
