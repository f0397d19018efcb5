using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AnomalyLine.Imaging.Png;

/// <summary>
/// What can be told of a PNG file before it is decoded (W3C PNG, section 5): its size, whether it is whole, and how many bits of its 16-bit values are in use, in a text of the keyword SignificantBits.
/// The standard's own sBIT says another thing: from how many bits values were stretched to all 16.
/// </summary>
internal static class PngFile
{
    private const int HeaderEnd = 33, DepthAt = 24;

    private static ReadOnlySpan<byte> BitsText => "tEXtSignificantBits\0"u8;

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

    /// <summary>Whether the values have 16 bits; false for what is no PNG file.</summary>
    public static bool Is16Bit(ReadOnlySpan<byte> file) => file.Length >= HeaderEnd && file.StartsWith(Signature) && file[DepthAt] == 16;

    /// <summary>The significant bits that a 16-bit file states, 9..16; 0 where it states none.</summary>
    public static int StatedBits(ReadOnlySpan<byte> file)
    {
        if (!Is16Bit(file)) return 0;
        for (long at = Signature.Length; at + 12 <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk.Slice(4, 4).SequenceEqual("IDAT"u8)) break;
            if (chunk[4..].StartsWith(BitsText) && length + 12L <= chunk.Length)
            {
                var text = chunk[(4 + BitsText.Length)..((int)length + 8)];
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is >= SignificantBits.Fewest and <= SignificantBits.All ? bits : 0;
            }

            at += 12L + length;
        }

        return 0;
    }

    /// <summary>A 16-bit file with a statement of its significant bits; any other file, and one that states them, as it is.</summary>
    public static byte[] StateBits(byte[] file, int bits)
    {
        if (bits == 0 || !Is16Bit(file) || StatedBits(file) != 0) return file;
        byte[] text = [.. BitsText, .. Encoding.ASCII.GetBytes(bits.ToString(CultureInfo.InvariantCulture))];
        Span<byte> length = stackalloc byte[4], sum = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(sum, PngChecksums.Of(text));
        return [.. file[..HeaderEnd], .. length, .. text, .. sum, .. file[HeaderEnd..]];
    }

    private static string CutOff(ReadOnlySpan<byte> file) => $"The PNG file of {file.Length} bytes is cut off: it has no IEND chunk; send the whole file.";
}
