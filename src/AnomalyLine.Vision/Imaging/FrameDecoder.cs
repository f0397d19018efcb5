using OpenCvSharp;

namespace AnomalyLine.Vision.Imaging;

/// <summary>Frame bytes to an OpenCV matrix: grey (8 or 16 bit) or blue-green-red. Grey and blue-green-red rows are wrapped without a copy.</summary>
internal static class FrameDecoder
{
    /// <summary>The pixels, or null and what is wrong.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="data">Its bytes, pinned; the matrix may point into them, so they stay pinned as long as it lives.</param>
    /// <param name="error">What is wrong.</param>
    public static Mat? Decode(Frame frame, IntPtr data, out string? error)
    {
        error = null;
        if (frame.IsEncoded) return DecodeFile(frame, out error);
        var type = frame.Format switch
        {
            PixelFormat.Mono16 => MatType.CV_16UC1,
            PixelFormat.Rgb8 or PixelFormat.Bgr8 => MatType.CV_8UC3,
            _ => MatType.CV_8UC1,
        };
        var raw = Mat.FromPixelData(frame.Height, frame.Width, type, data, frame.Stride);
        ColorConversionCodes? conversion = frame.Format switch
        {
            PixelFormat.Rgb8 => ColorConversionCodes.RGB2BGR,

            // OpenCV names a mosaic by the second row's second and third pixel: its "BayerBG" starts red, green.
            PixelFormat.BayerRG8 => ColorConversionCodes.BayerBG2BGR,
            PixelFormat.BayerGR8 => ColorConversionCodes.BayerGB2BGR,
            PixelFormat.BayerGB8 => ColorConversionCodes.BayerGR2BGR,
            PixelFormat.BayerBG8 => ColorConversionCodes.BayerRG2BGR,
            _ => null,
        };
        if (conversion is null) return raw;
        using (raw)
        {
            var converted = new Mat();
            Cv2.CvtColor(raw, converted, conversion.Value);
            return converted;
        }
    }

    private static Mat? DecodeFile(Frame frame, out string? error)
    {
        error = null;
        var decoded = TryDecode(frame.Data.Span);
        if (decoded is null)
        {
            error = $"The {frame.Data.Length} bytes do not decode as {(frame.Format is PixelFormat.Jpeg ? "JPEG" : "PNG")}; check the camera's encoder or send raw pixels.";
            return null;
        }

        if ((frame.Width != 0 && frame.Width != decoded.Width) || (frame.Height != 0 && frame.Height != decoded.Height))
        {
            error = $"The file is {decoded.Width} x {decoded.Height} pixels, but {frame.Width} x {frame.Height} was announced; send 0 x 0 to take the size from the file.";
            decoded.Dispose();
            return null;
        }

        if (decoded.Depth() == MatType.CV_16U && decoded.Channels() > 1) decoded.ConvertTo(decoded, MatType.CV_8U, 1.0 / 257);
        return decoded;
    }

    private static Mat? TryDecode(ReadOnlySpan<byte> file)
    {
        Mat decoded;
        try
        {
            decoded = Cv2.ImDecode(file, ImreadModes.AnyDepth | ImreadModes.AnyColor);
        }
        catch (OpenCVException)
        {
            // OpenCV reports some broken files (a size beyond its limits, say) by an exception instead of an empty result.
            return null;
        }

        if (!decoded.Empty()) return decoded;
        decoded.Dispose();
        return null;
    }
}
