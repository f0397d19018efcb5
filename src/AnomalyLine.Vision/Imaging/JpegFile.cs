using System.Buffers.Binary;

namespace AnomalyLine.Vision.Imaging;

/// <summary>
/// What can be told of a JPEG file before it is decoded (ITU-T T.81, annex B): its size, and whether it is whole. The decoder fills what a cut-off file lacks with grey
/// and says nothing; a line must not judge such a frame.
/// </summary>
internal static class JpegFile
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    /// <summary>What is wrong, or null.</summary>
    public static string? Check(ReadOnlySpan<byte> file, out int width, out int height)
    {
        width = height = 0;
        if (file.Length < 4 || file[0] != 0xFF || file[1] != StartOfImage) return "The data is no JPEG file: it does not start with FF D8; check the pixel format.";
        var at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker == EndOfImage) break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (at + 2 + length > file.Length) return CutOff(file);
            if (IsFrameHeader(marker) && length >= 8)
            {
                height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]);
            }

            at += 2 + length;
            if (marker == StartOfScan) at = SkipScan(file, at);
        }

        if (at + 2 > file.Length) return CutOff(file);
        if (file[at] != 0xFF) return $"The JPEG file is damaged: no marker at byte {at} of {file.Length}; check the camera's encoder and the transport.";
        if (file[at + 1] != EndOfImage) return CutOff(file);
        return width > 0 && height > 0 ? null : "The JPEG file does not state its size; check the camera's encoder.";
    }

    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    /// <summary>The next marker that is neither a stuffed zero, a fill byte nor a restart.</summary>
    private static int SkipScan(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0) return file.Length;
            at += next;
            if (at + 1 >= file.Length) return file.Length;
            if (file[at + 1] is not 0 and not (>= 0xD0 and <= 0xD7) and not 0xFF) return at;
            at += file[at + 1] == 0xFF ? 1 : 2;
        }

        return file.Length;
    }

    private static string CutOff(ReadOnlySpan<byte> file) =>
        $"The JPEG file of {file.Length} bytes is cut off: it has no end-of-image marker (FF D9); send the whole file.";
}
