using System.Buffers.Binary;
using AnomalyLine.Imaging;

namespace AnomalyLine.Cli.Tests;

/// <summary>A folder of small grey BMP files, removed with the object.</summary>
internal sealed class TestFrames : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("anomalyline-cli-").FullName;

    public string In(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Writes square frames with some texture, and a bright square where one is wanted.</summary>
    public TestFrames Add(string folder, int count, bool square = false, int side = 32)
    {
        Directory.CreateDirectory(In(folder));
        for (var i = 0; i < count; i++) File.WriteAllBytes(In(folder, $"{i:000}.bmp"), Bitmap(side, (x, y) => square && x is > 8 and < 20 && y is > 8 and < 20 ? (byte)250 : (byte)(60 + ((x + y + i) % 8))));
        return this;
    }

    /// <summary>
    /// Writes whole JPEG files of 64 x 48 pixels, "whole-000.jpg" and on, and others that lost data though they are closed: "lost-end.jpg", "lost-middle.jpg", "lost-packet.jpg".
    /// </summary>
    public TestFrames AddJpegs(string folder, int whole, int seed = 0)
    {
        Directory.CreateDirectory(In(folder));
        for (var i = 0; i < whole; i++) File.WriteAllBytes(In(folder, $"whole-{i:000}.jpg"), Jpeg(seed + i));
        var file = Jpeg(seed + whole);
        var middle = file.Length * 2 / 3;
        File.WriteAllBytes(In(folder, "lost-end.jpg"), [.. file[..middle], 0xFF, 0xD9]);
        File.WriteAllBytes(In(folder, "lost-middle.jpg"), [.. file[..middle], .. file[(middle + 300)..]]);
        File.WriteAllBytes(In(folder, "lost-packet.jpg"), [.. file[..middle], .. new byte[300], .. file[(middle + 300)..]]);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static byte[] Jpeg(int seed)
    {
        const int width = 64, height = 48;
        byte[] pixels = [.. Enumerable.Range(0, width * height).Select(i => (byte)(60 + ((((i % width) * 7) + (i / width * 13) + (seed * 29)) % 100)))];
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, width, height, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Jpeg, out var file, out error), error);
        return file;
    }

    /// <summary>A 24-bit bitmap file: 14 bytes file header, 40 bytes picture header, rows from the bottom up.</summary>
    private static byte[] Bitmap(int side, Func<int, int, byte> grey)
    {
        var file = new byte[54 + (side * side * 3)];
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), side);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), side);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var i = 0; i < side * side; i++) file.AsSpan(54 + (3 * i), 3).Fill(grey(i % side, side - 1 - (i / side)));
        return file;
    }
}
