using System.Buffers.Binary;
using System.IO.Compression;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Tests;

public sealed class PictureZipTests
{
    private const int HeadOfList = 46, End = 22;

    [Fact]
    public async Task ReadAsync_OnePictureIsDamaged_TheOthersAreRead()
    {
        var file = Zip("a.png", "b.png", "c.png");
        // The second one's data: its first block says a kind of coding that there is not.
        file[DataOf(file, "b.png")] = 0xFF;
        using var pictures = new PictureZip(new MemoryStream(file), 1 << 20);

        var lengths = new List<int?>();
        for (var picture = 0; picture < pictures.Count; picture++) lengths.Add((await pictures.ReadAsync(picture, TestContext.Current.CancellationToken))?.Length);

        Assert.Equal([5000, null, 5000], lengths);
    }

    [Fact]
    public async Task ReadAsync_ListSaysMoreThanThereIs_TakesNoMemoryForIt()
    {
        var file = Zip("a.png");
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ListOf(file) + 24), 1u << 30);
        using var pictures = new PictureZip(new MemoryStream(file), long.MaxValue);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(await pictures.ReadAsync(0, TestContext.Current.CancellationToken));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Open_ListThatIsTooLong_IsRefusedBeforeAllOfItIsInMemory()
    {
        var one = Zip($"{new string('a', 300)}.png");
        var (list, head) = (ListOf(one), one.AsSpan(ListOf(one)..^End).ToArray());
        const int Entries = 65_000;
        var file = new byte[list + (Entries * head.Length) + End];
        one.AsSpan(0, list).CopyTo(file);
        for (var entry = 0; entry < Entries; entry++) head.CopyTo(file, list + (entry * head.Length));
        one.AsSpan(^End..).CopyTo(file.AsSpan(^End..));
        foreach (var count in (int[])[8, 10]) BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(^(End - count)..), Entries);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(^(End - 12)..), (uint)(Entries * head.Length));

        var refused = Assert.Throws<InvalidDataException>(() => new PictureZip(new MemoryStream(file), 1 << 20));

        Assert.Equal("The zip file cannot be read (its list of entries is too long).", refused.Message);
    }

    private static byte[] Zip(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Enumerable.Range(0, 5000).Select(static i => (byte)(i * i >> 4)).ToArray());
            }
        }

        return stream.ToArray();
    }

    private static int DataOf(byte[] file, string name) => file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(name)) + name.Length;

    private static int ListOf(byte[] file)
    {
        var at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x50, 0x4b, 1, 2]);
        Assert.True(at > 0 && file.Length > at + HeadOfList);
        return at;
    }
}
