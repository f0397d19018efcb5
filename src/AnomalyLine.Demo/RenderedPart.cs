using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging;

namespace AnomalyLine.Demo;

/// <summary>A rendered frame and where its defect is.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Bgr">Blue, green, red, row by row without padding.</param>
/// <param name="Defect">What was planted; null for a normal part.</param>
/// <param name="Mask">True where the defect is, row by row; all false for a normal part.</param>
public sealed record RenderedPart(int Width, int Height, byte[] Bgr, PartDefect? Defect, bool[] Mask)
{
    /// <summary>The pixels as a BGR8 frame, wrapped without a copy.</summary>
    /// <param name="captureTime">When the camera is to have exposed it.</param>
    public Frame ToFrame(DateTimeOffset captureTime) =>
        Frame.TryCreate(PixelFormat.Bgr8, Width, Height, 0, Bgr, captureTime, out var frame, out var error) ? frame : throw new InvalidOperationException(error);
}
