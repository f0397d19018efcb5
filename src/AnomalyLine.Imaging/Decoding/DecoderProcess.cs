using System.Text;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Decoding;

/// <summary>The other end of a <see cref="DecoderPool"/>: a process that decodes one file after another until nobody asks any more.</summary>
public static class DecoderProcess
{
    /// <summary>The first argument of a program that is to be one; the second is where the memory is, the third the most bytes of pixels.</summary>
    public const string Argument = "--decode-for";

    /// <summary>Decodes until standard input ends.</summary>
    /// <param name="memory">Where the memory is.</param>
    /// <param name="mostBytes">Most bytes of a file and of its pixels.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string memory, int mostBytes)
    {
        using var shared = SharedPixels.Open(memory);
        using var asked = Console.OpenStandardInput();
        using var answers = Console.OpenStandardOutput();

        // Ready: what starts slowly has started.
        new DecoderMessage(0, 0, 0, 0, 0).Write(answers);
        while (DecoderMessage.Read(asked) is { } file) Decode(shared, file, mostBytes).Write(answers);
        return 0;
    }

    private static unsafe DecoderMessage Decode(SharedPixels shared, DecoderMessage file, int mostBytes)
    {
        var bytes = shared.File[..file.Length].ToArray();
        var format = (PixelFormat)file.Format;
        if (!Frame.TryCreate(format, file.Width, file.Height, 0, bytes, DateTimeOffset.UnixEpoch, out var frame, out var error, file.SignificantBits, mostBytes)) return Wrong(shared, error);
        using var pin = frame.Data.Pin();
        if (!FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out var decoded, out error)) return Wrong(shared, error);
        using var owned = decoded;
        var pixels = decoded.Pixels;
        var kind = (pixels.Depth(), pixels.Channels()) switch
        {
            (MatType.CV_8U, 1) => PixelFormat.Mono8,
            (MatType.CV_8U, 3) => PixelFormat.Bgr8,
            (MatType.CV_16U, 1) => PixelFormat.Mono16,
            (MatType.CV_16U, 3) => PixelFormat.Bgr16,
            _ => PixelFormat.Unspecified,
        };
        int width = pixels.Width, height = pixels.Height, row = width * (int)pixels.ElemSize();
        if (kind is PixelFormat.Unspecified || (long)row * height > shared.Pixels.Length)
            return Wrong(shared, $"The file's pixels are {width} x {height} {pixels.Type()}, which no frame has.");
        for (var y = 0; y < height; y++) new ReadOnlySpan<byte>(pixels.Ptr(y).ToPointer(), row).CopyTo(shared.Pixels[(y * row)..]);
        return new DecoderMessage((int)kind, width, height, row * height, 0);
    }

    private static DecoderMessage Wrong(SharedPixels shared, string error) =>
        new((int)PixelFormat.Unspecified, 0, 0, Encoding.UTF8.TryGetBytes(error, shared.Pixels, out var length) ? length : 0, 0);
}
