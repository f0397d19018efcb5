using System.Buffers.Binary;
using System.Text;

namespace AnomalyLine.Imaging.Png;

/// <summary>
/// The checksums of a PNG file's chunks (W3C PNG, annex D), before it is decoded: libpng reports a wrong one with a line on the process's
/// standard error.
/// </summary>
internal static class PngChecksums
{
    private static readonly uint[][] s_tables = MakeTables();

    /// <summary>What is wrong, or null.</summary>
    /// <param name="file">A PNG file that <see cref="PngFile"/> has found whole.</param>
    public static string? Check(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > chunk.Length - 12) return Damaged(chunk, at);
            var named = chunk.Slice(4, (int)length + 4);
            if (Of(named) != BinaryPrimitives.ReadUInt32BigEndian(chunk[(8 + (int)length)..])) return Damaged(chunk, at);
            if (named.StartsWith("IEND"u8)) return null;
            at += 12L + length;
        }

        return null;
    }

    private static string Damaged(ReadOnlySpan<byte> chunk, long at) =>
        $"The PNG file is damaged: the checksum of chunk {Encoding.ASCII.GetString(chunk.Slice(4, 4)).Replace("\0", "?", StringComparison.Ordinal)} at byte {at} is wrong; check the transport.";

    /// <summary>The checksum of a chunk's name and data, eight bytes at a time.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var (sum, t) = (uint.MaxValue, s_tables);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var (low, high) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ sum, BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            sum = t[7][(byte)low] ^ t[6][(byte)(low >> 8)] ^ t[5][(byte)(low >> 16)] ^ t[4][low >> 24]
                ^ t[3][(byte)high] ^ t[2][(byte)(high >> 8)] ^ t[1][(byte)(high >> 16)] ^ t[0][high >> 24];
        }

        foreach (var b in bytes) sum = t[0][(byte)(sum ^ b)] ^ (sum >> 8);
        return ~sum;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var sum = k == 0 ? i : tables[k - 1][i];
                for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320u);
                tables[k][i] = sum;
            }
        }

        return tables;
    }
}
