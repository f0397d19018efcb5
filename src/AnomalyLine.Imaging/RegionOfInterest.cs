namespace AnomalyLine.Imaging;

/// <summary>The rectangle of a frame that is judged, in pixels of the frame; it must lie inside.</summary>
/// <param name="X">Left edge, at least 0.</param>
/// <param name="Y">Top edge, at least 0.</param>
/// <param name="Width">At least 1.</param>
/// <param name="Height">At least 1.</param>
public sealed record RegionOfInterest(int X, int Y, int Width, int Height)
{
    /// <summary>Whether the rectangle is one and lies inside a frame of this size.</summary>
    /// <param name="frameWidth">Width of the frame, pixels.</param>
    /// <param name="frameHeight">Height of the frame, pixels.</param>
    public bool IsInside(int frameWidth, int frameHeight) =>
        X >= 0 && Y >= 0 && Width >= 1 && Height >= 1 && (long)X + Width <= frameWidth && (long)Y + Height <= frameHeight;

    /// <summary>What two of them share, in the pixels of both; null for nothing.</summary>
    public RegionOfInterest? Intersect(RegionOfInterest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (left, top) = (Math.Max(X, other.X), Math.Max(Y, other.Y));
        var (width, height) = (Math.Min(X + Width, other.X + other.Width) - left, Math.Min(Y + Height, other.Y + other.Height) - top);
        return width < 1 || height < 1 ? null : new RegionOfInterest(left, top, width, height);
    }
}
