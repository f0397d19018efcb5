using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>The pixels of a frame: grey or colour, 8 or 16 bits a value.</summary>
/// <param name="Pixels">May point into the frame's bytes.</param>
/// <param name="RedFirst">Whether colour pixels are red, green, blue; else blue, green, red.</param>
internal sealed record DecodedFrame(Mat Pixels, bool RedFirst) : IDisposable
{
    public void Dispose() => Pixels.Dispose();
}
