using OpenCvSharp;

namespace AnomalyLine.Vision.Imaging;

/// <summary>The pixels of a frame: grey (8 or 16 bit) or colour (3 x 8 bit).</summary>
/// <param name="Pixels">May point into the frame's bytes.</param>
/// <param name="RedFirst">Whether colour pixels are red, green, blue; else blue, green, red.</param>
internal sealed record DecodedFrame(Mat Pixels, bool RedFirst) : IDisposable
{
    public void Dispose() => Pixels.Dispose();
}
