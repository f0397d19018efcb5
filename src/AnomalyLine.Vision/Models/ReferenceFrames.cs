using AnomalyLine.Vision.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Models;

/// <summary>Prepared frames to and from PNG files of a model's input size, 8 bits a value.</summary>
internal static class ReferenceFrames
{
    /// <summary>A PNG file of the values, each rounded to 1/255.</summary>
    public static byte[] Encode(PreparedFrame frame)
    {
        var input = frame.Input;
        var plane = input.Width * input.Height;
        var pixels = new byte[input.Length];
        for (var c = 0; c < input.Channels; c++)
        {
            // PNG by OpenCV is blue, green, red.
            var values = frame.Values.Slice((input.Channels - 1 - c) * plane, plane);
            for (var i = 0; i < plane; i++) pixels[(i * input.Channels) + c] = (byte)MathF.Round(values[i] * 255f);
        }

        using var mat = Mat.FromPixelData(input.Height, input.Width, input.Channels == 3 ? MatType.CV_8UC3 : MatType.CV_8UC1, pixels);
        Cv2.ImEncode(".png", mat, out var png);
        return png;
    }

    /// <summary>The frame that a PNG file holds, or null and what is wrong with it.</summary>
    public static PreparedFrame? Decode(byte[] png, InputSpec input, out string? error) =>
        Frame.TryCreate(PixelFormat.Png, input.Width, input.Height, 0, png, default, out var frame, out error)
        && FramePreparer.TryPrepare(frame, input, null, out var prepared, out error)
            ? prepared
            : null;
}
