using System.Buffers.Binary;

namespace AnomalyLine.Cli.Tests;

/// <summary>A folder of small grey BMP files, removed with the object.</summary>
internal sealed class TestFrames : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("anomalyline-cli-").FullName;

    public string In(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Writes frames of 32 x 32 pixels with some texture, and a bright square where one is wanted.</summary>
    public TestFrames Add(string folder, int count, bool square = false)
    {
        Directory.CreateDirectory(In(folder));
        for (var i = 0; i < count; i++) File.WriteAllBytes(In(folder, $"{i:000}.bmp"), Bitmap(32, (x, y) => square && x is > 8 and < 20 && y is > 8 and < 20 ? (byte)250 : (byte)(60 + ((x + y + i) % 8))));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

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
