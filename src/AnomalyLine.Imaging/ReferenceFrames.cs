using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Prepared frames to and from PNG files of a model's input size, 8 bits a value where they are multiples of 1/255, else 16; the frames of a clip stand one below the other.
/// </summary>
internal static class ReferenceFrames
{
    /// <summary>A PNG file of the values, each rounded to 1/65535.</summary>
    public static byte[] Encode(PreparedFrame frame)
    {
        var input = frame.Input;
        var plane = input.Width * input.Height;
        var pixels = new ushort[input.Length];
        for (var p = 0; p < input.Planes; p++)
        {
            // PNG by OpenCV is blue, green, red.
            var (first, c) = (p / input.Channels * input.Channels, p % input.Channels);
            var values = frame.Values.Slice((first + input.Channels - 1 - c) * plane, plane);
            for (var i = 0; i < plane; i++) pixels[(first * plane) + (i * input.Channels) + c] = (ushort)MathF.Round(values[i] * ushort.MaxValue);
        }

        using var mat = Mat.FromPixelData(input.Frames * input.Height, input.Width, MatType.CV_16UC(input.Channels), pixels);
        if (Array.TrueForAll(pixels, value => value % 257 == 0)) mat.ConvertTo(mat, MatType.CV_8U, 1.0 / 257);
        Cv2.ImEncode(".png", mat, out var png);
        return png;
    }

    /// <summary>The frame that a PNG file holds, or null and what is wrong with it.</summary>
    public static PreparedFrame? Decode(byte[] png, InputSpec input, out string? error)
    {
        var column = input with { Height = input.Frames * input.Height, Frames = 1, Area = null, Alignment = null };
        if (!Frame.TryCreate(PixelFormat.Png, column.Width, column.Height, 0, png, default, out var frame, out error, SignificantBits.All)
            || !FramePreparer.TryPrepare(frame, column, null, out var prepared, out error)) return null;
        if (input.Frames == 1) return prepared;
        using var owned = prepared;
        var clip = new PreparedFrame(input, input.Whole, input.Width, input.Height);
        var plane = input.Width * input.Height;
        for (var p = 0; p < input.Planes; p++)
            prepared.Values.Slice((((p % input.Channels) * input.Frames) + (p / input.Channels)) * plane, plane).CopyTo(clip.Writable[(p * plane)..]);
        return clip;
    }
}
