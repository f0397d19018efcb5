using AnomalyLine.Imaging;

namespace AnomalyLine.Benchmarks;

/// <summary>A camera's picture: 1280 x 1024, smooth shading with sensor noise, darker than the pixel threshold of the benchmark's model.</summary>
internal static class TestPicture
{
    public const int Width = 1280;
    public const int Height = 1024;

    /// <summary>Raw pixels, one or three bytes each.</summary>
    public static byte[] Pixels(int channels)
    {
        var random = new Random(1);
        var pixels = new byte[Width * Height * channels];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / channels % Width, i / channels / Width);
            pixels[i] = (byte)(100 + (40 * Math.Sin(x / 90.0) * Math.Cos(y / 70.0)) + random.Next(-6, 7));
        }

        return pixels;
    }

    /// <summary>As a frame.</summary>
    public static Frame Raw(PixelFormat format, byte[] data) => Frame.TryCreate(format, Width, Height, 0, data, DateTimeOffset.UnixEpoch, out var frame, out var error)
        ? frame
        : throw new InvalidOperationException(error);
}
