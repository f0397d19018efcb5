using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging.Jpeg;

namespace AnomalyLine.Imaging;

/// <summary>
/// What an image file says of its pixels before one of them is decoded: a file of a few hundred kilobytes can declare pixels of many hundred megabytes. JPEG, PNG, BMP, TIFF, WebP, PGM and PPM,
/// told by their first bytes, as OpenCV tells them.
/// </summary>
/// <param name="Width">Pixels, at least 1.</param>
/// <param name="Height">Pixels, at least 1.</param>
/// <param name="PixelBytes">Bytes that a pixel takes once it is decoded, transparency included.</param>
internal sealed record ImageHeader(long Width, long Height, int PixelBytes)
{
    /// <summary>The types, for people.</summary>
    public const string Types = "JPEG, PNG, BMP, TIFF, WebP, PGM or PPM";

    /// <summary>Says that a file declares more than may be decoded; null where it does not, and where nothing can be told.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mostBytes">Most bytes of its pixels once they are decoded.</param>
    public static string? Check(ReadOnlySpan<byte> file, int mostBytes)
    {
        if (!TryRead(file, out var header)) return null;
        var (width, height, bytes) = header;
        if (width > Frame.MaxSide || height > Frame.MaxSide || width * height > Frame.MaxPixels)
            return $"The file declares {width} x {height} pixels; the limits are {Frame.MaxSide} a side and {Frame.MaxPixels} in all.";
        return width * height * bytes <= mostBytes
            ? null
            : $"The file declares {width} x {height} pixels of {bytes} bytes, {width * height * bytes} bytes once they are decoded; the limit is {mostBytes}, that of a server AnomalyLine:MaxFrameBytes.";
    }

    /// <summary>Reads the header; false where the file is of another type, or damaged before its size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        var isRead = file switch
        {
            [0xFF, 0xD8, ..] => TryReadJpeg(file, out header),
            [0x89, 0x50, 0x4E, 0x47, ..] => TryReadPng(file, out header),
            [(byte)'B', (byte)'M', ..] => TryReadBmp(file, out header),
            [(byte)'I', (byte)'I', ..] or [(byte)'M', (byte)'M', ..] => TiffHeader.TryRead(file, out header),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => TryReadWebP(file, out header),
            [(byte)'P', >= (byte)'1' and <= (byte)'6', ..] => TryReadPnm(file, out header),
            _ => false,
        };
        return isRead && header is { Width: > 0, Height: > 0, PixelBytes: > 0 };
    }

    private static bool TryReadJpeg(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        var error = JpegFile.Measure(file, out var width, out var height, out var colours);
        header = new ImageHeader(width, height, colours);
        return error is null;
    }

    private static bool TryReadPng(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        if (file.Length < 26) return false;

        // Grey, colour, a palette of colours, grey and alpha, colour and alpha.
        var values = file[25] switch { 0 => 1, 2 or 3 => 3, 4 => 2, _ => 4 };
        header = new ImageHeader(BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]), file[24] == 16 ? 2 * values : values);
        return true;
    }

    private static bool TryReadBmp(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        if (file.Length < 30) return false;
        var isOld = BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) == 12;
        var (width, height) = isOld
            ? (BinaryPrimitives.ReadUInt16LittleEndian(file[18..]), BinaryPrimitives.ReadUInt16LittleEndian(file[20..]))
            : ((long)BinaryPrimitives.ReadInt32LittleEndian(file[18..]), (long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(isOld ? 24 : 28)..]);

        // A negative height says that the first row is on top.
        header = new ImageHeader(width, Math.Abs(height), bits > 24 ? 4 : 3);
        return true;
    }

    private static bool TryReadWebP(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        if (file.Length < 30) return false;
        var (width, height) = file[12..16] switch
        {
            [(byte)'V', (byte)'P', (byte)'8', (byte)' '] => (BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFF),
            [(byte)'V', (byte)'P', (byte)'8', (byte)'L'] => Packed(BinaryPrimitives.ReadUInt32LittleEndian(file[21..])),
            [(byte)'V', (byte)'P', (byte)'8', (byte)'X'] => (
                (BinaryPrimitives.ReadInt32LittleEndian(file[24..]) & 0xFFFFFF) + 1, (int)(BinaryPrimitives.ReadUInt32LittleEndian(file[26..]) >> 8) + 1),
            _ => (0, 0),
        };
        header = new ImageHeader(width, height, 4);
        return true;

        static (int Width, int Height) Packed(uint sides) => ((int)(sides & 0x3FFF) + 1, (int)((sides >> 14) & 0x3FFF) + 1);
    }

    private static bool TryReadPnm(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        var kind = file[1] - '0';
        var at = file[2..];
        var most = 1L;
        if (!TryReadNumber(ref at, out var width) || !TryReadNumber(ref at, out var height)) return false;
        if (kind is not (1 or 4) && !TryReadNumber(ref at, out most)) return false;
        header = new ImageHeader(width, height, (kind is 3 or 6 ? 3 : 1) * (most > byte.MaxValue ? 2 : 1));
        return true;
    }

    /// <summary>A number of a text header, after blanks and comments.</summary>
    private static bool TryReadNumber(ref ReadOnlySpan<byte> text, out long number)
    {
        text = text.TrimStart(" \t\r\n\v\f"u8);
        while (text is [(byte)'#', ..])
        {
            var end = text.IndexOfAny((byte)'\n', (byte)'\r');
            text = end < 0 ? default : text[end..].TrimStart(" \t\r\n\v\f"u8);
        }

        if (!Utf8Parser.TryParse(text, out uint value, out var used))
        {
            number = 0;
            return false;
        }

        text = text[used..];
        number = value;
        return true;
    }
}
