using System.Buffers.Binary;

namespace AnomalyLine.Vision.Imaging;

/// <summary>What can be told of a PNG file before it is decoded (W3C PNG, section 5): its size, and whether it is whole.</summary>
internal static class PngFile
{
    private const int HeaderEnd = 33;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>What is wrong, or null.</summary>
    public static string? Check(ReadOnlySpan<byte> file, out int width, out int height)
    {
        width = height = 0;
        if (!file.StartsWith(Signature)) return "The data is no PNG file: it does not start with 89 50 4E 47; check the pixel format.";
        if (file.Length < HeaderEnd) return CutOff(file);
        if (!file.Slice(12, 4).SequenceEqual("IHDR"u8)) return "The PNG file is damaged: its first chunk is not IHDR; check the camera's encoder and the transport.";
        var (declaredWidth, declaredHeight) = (BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]));
        if (declaredWidth is 0 or > int.MaxValue || declaredHeight is 0 or > int.MaxValue)
            return $"The PNG file is damaged: it declares {declaredWidth} x {declaredHeight} pixels; check the camera's encoder and the transport.";
        (width, height) = ((int)declaredWidth, (int)declaredHeight);
        for (long at = Signature.Length; at + 12 <= file.Length;)
        {
            var chunk = file[(int)at..];
            if (chunk.Slice(4, 4).SequenceEqual("IEND"u8)) return null;
            at += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return CutOff(file);
    }

    private static string CutOff(ReadOnlySpan<byte> file) => $"The PNG file of {file.Length} bytes is cut off: it has no IEND chunk; send the whole file.";
}
