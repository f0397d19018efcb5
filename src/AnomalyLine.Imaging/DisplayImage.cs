using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>Frames as people see them: 8-bit blue-green-red, not wider than asked.</summary>
internal static class DisplayImage
{
    /// <summary>Makes the picture, or says what is wrong with the frame.</summary>
    /// <param name="frame">Any pixel format. White is the largest value of the bits that it states; where it states none, of those that its own values need.</param>
    /// <param name="maxWidth">Pixels; 0 for no limit.</param>
    /// <param name="picture">The picture; the caller disposes it.</param>
    /// <param name="scale">Pixels of the picture per pixel of the frame, at most 1.</param>
    /// <param name="error">What is wrong.</param>
    public static unsafe bool TryMake(
        Frame frame, int maxWidth, [NotNullWhen(true)] out Mat? picture, out double scale, [NotNullWhen(false)] out string? error)
    {
        picture = null;
        scale = 1;
        using var pin = frame.Data.Pin();
        if (!FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out var decoded, out error)) return false;
        using var owned = decoded;
        using var small = new Mat();
        var pixels = decoded.Pixels;
        if (maxWidth > 0 && pixels.Width > maxWidth)
        {
            scale = maxWidth / (double)pixels.Width;
            AreaMean.Resize(pixels, small, new Size(maxWidth, Math.Max(1, (int)Math.Round(pixels.Height * scale))));
            pixels = small;
        }

        using var bytes = new Mat();
        if (pixels.Depth() == MatType.CV_16U)
        {
            var bits = frame.SignificantBits != 0 ? frame.SignificantBits : SignificantBits.Of(SignificantBits.Largest(decoded.Pixels));
            pixels.ConvertTo(bytes, MatType.CV_8U, 255.0 / SignificantBits.White(bits));
            pixels = bytes;
        }

        picture = new Mat();
        if (pixels.Channels() == 1) Cv2.CvtColor(pixels, picture, ColorConversionCodes.GRAY2BGR);
        else if (decoded.RedFirst) Cv2.CvtColor(pixels, picture, ColorConversionCodes.RGB2BGR);
        else pixels.CopyTo(picture);
        return true;
    }
}
