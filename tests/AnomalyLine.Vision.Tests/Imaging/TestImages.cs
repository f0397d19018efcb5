using System.Buffers.Binary;
using System.IO.Compression;
using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

/// <summary>Frames and files for the tests, made by hand where an encoder would not make them.</summary>
internal static class TestImages
{
    public static Frame Raw(PixelFormat format, int width, int height, byte[] data, int stride = 0)
    {
        Assert.True(Frame.TryCreate(format, width, height, stride, data, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }

    public static Frame File(PixelFormat format, byte[] data) => Raw(format, 0, 0, data);

    public static float[] Prepare(Frame frame, InputSpec input, InspectionArea? region = null)
    {
        Assert.True(FramePreparer.TryPrepare(frame, input, region, out var prepared, out var error), error);
        using (prepared) return prepared.Values.ToArray();
    }

    public static string Refuse(Frame frame, InputSpec input, InspectionArea? region = null)
    {
        Assert.False(FramePreparer.TryPrepare(frame, input, region, out _, out var error));
        return error;
    }

    /// <summary>A picture in which no two neighbours are alike; blue, green, red.</summary>
    public static byte[] Bgr(int width, int height)
    {
        var random = new Random(5);
        var bytes = new byte[width * height * 3];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] SwapRedAndBlue(byte[] pixels)
    {
        var swapped = (byte[])pixels.Clone();
        for (var i = 0; i < swapped.Length; i += 3) (swapped[i], swapped[i + 2]) = (swapped[i + 2], swapped[i]);
        return swapped;
    }

    public static byte[] Encode(string extension, int width, int height, MatType type, Array pixels)
    {
        using var mat = Mat.FromPixelData(height, width, type, pixels);
        Cv2.ImEncode(extension, mat, out var file);
        return file;
    }

    /// <summary>A PNG of any colour type: 0 grey, 2 colour, 4 grey and alpha, 6 colour and alpha.</summary>
    public static byte[] Png(int width, int height, byte depth, byte colourType, byte[] rows)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colourType);
        Chunk(file, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = height == 0 ? 0 : rows.Length / height;
            for (var at = 0; at < rows.Length; at += row)
            {
                zlib.WriteByte(0);
                zlib.Write(rows, at, row);
            }
        }

        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(name);
        file.Write(data);
        var crc = 0xFFFFFFFFu;
        foreach (var b in (byte[])[.. name, .. data])
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }
}
