using System.Buffers.Binary;
using System.Text;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using CsCheck;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public sealed class ImageHeaderTests
{
    /// <summary>What OpenCV encodes, as it would be decoded.</summary>
    public static TheoryData<string, int, int> Types => new()
    {
        { ".jpg", 8, 1 },
        { ".jpg", 8, 3 },
        { ".png", 8, 1 },
        { ".png", 8, 4 },
        { ".png", 16, 3 },
        { ".bmp", 8, 1 },
        { ".bmp", 8, 3 },
        { ".tif", 8, 1 },
        { ".tif", 8, 3 },
        { ".tif", 16, 1 },
        { ".tif", 16, 3 },
        { ".webp", 8, 3 },
        { ".webp", 8, 4 },
        { ".pgm", 8, 1 },
        { ".pgm", 16, 1 },
        { ".ppm", 8, 3 },
        { ".ppm", 16, 3 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void TryRead_FileOfEachType_SaysItsSizeAndNoFewerBytesThanAreDecoded(string extension, int bits, int channels) => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300]).Sample(
        (width, height) =>
        {
            var file = Encode(extension, bits, channels, width, height);
            using var decoded = Cv2.ImDecode(file, ImreadModes.AnyDepth | ImreadModes.AnyColor);

            Assert.True(ImageHeader.TryRead(file, out var header));

            Assert.Equal((decoded.Width, decoded.Height), (header.Width, header.Height));
            Assert.InRange(header.PixelBytes, (int)decoded.ElemSize(), 8);
        },
        iter: 20);

    [Fact]
    public void TryCreate_SmallPngOf512MiB_IsRefusedByItsHeader()
    {
        var bomb = TestImages.Png(8192, 8192, 16, 6, []);

        Assert.False(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, bomb, DateTimeOffset.UnixEpoch, out _, out var error, mostBytes: 64 << 20));

        Assert.Contains("8192 x 8192 pixels of 8 bytes, 536870912 bytes once they are decoded; the limit is 67108864", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCreate_FileAtTheLimit_IsTaken()
    {
        var file = TestImages.Png(1024, 1024, 8, 2, []);

        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, file, DateTimeOffset.UnixEpoch, out _, out var error, mostBytes: 3 << 20), error);
        Assert.False(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, file, DateTimeOffset.UnixEpoch, out _, out _, mostBytes: (3 << 20) - 1));
    }

    [Fact]
    public void TryCreate_JpegAnnouncedWithItsSizeTurned_IsDecodedAndOneOfAnotherSizeIsNot()
    {
        var file = TestImages.Encode(".jpg", 64, 48, MatType.CV_8UC3, TestImages.Bgr(64, 48));

        Assert.Contains("64 x 48 pixels, but 48 x 64", TestImages.Refuse(TestImages.Raw(PixelFormat.Jpeg, 48, 64, file), new InputSpec(16, 16, 3)), StringComparison.Ordinal);
        Assert.Contains("64 x 48 pixels, but 64 x 64", TestImages.Refuse(TestImages.Raw(PixelFormat.Jpeg, 64, 64, file), new InputSpec(16, 16, 3)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".bmp", 18, 22)]
    [InlineData(".tif", 0, 0)]
    [InlineData(".webp", 0, 0)]
    [InlineData(".pgm", 0, 0)]
    public void Read_FileThatDeclaresAGiant_IsRefusedBeforeItIsDecoded(string extension, int widthAt, int heightAt)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, $"giant{extension}");
        File.WriteAllBytes(path, extension switch
        {
            ".tif" => Tiff(),
            ".webp" => Lossless(),
            ".pgm" => Encoding.ASCII.GetBytes("P5\n# a remark\n30000 30000\n255\n"),
            _ => Bmp(widthAt, heightAt),
        });

        var refused = Assert.Throws<DatasetException>(() => FrameFile.Read(path));

        Assert.Contains($"{path}: The file declares ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GIF89a")]
    [InlineData("P7\nWIDTH 30000\nHEIGHT 30000\n")]
    [InlineData("II*\0")]
    [InlineData("MM\0+\0\b\0\0\0\0\0\0\0\0\0\u0010")]
    [InlineData("RIFF\0\0\0\0WEBPVP8 ")]
    [InlineData("BM")]
    public void Read_TypeThatIsNotKnown_IsRefusedBeforeItIsDecoded(string start)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "frame.bmp");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(start));

        Assert.Contains("is no image that can be read here (JPEG, PNG, BMP", Assert.Throws<DatasetException>(() => FrameFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_BmpOfTheLowestNumberOfRows_IsRefusedAsAGiant()
    {
        var file = Encode(".bmp", 8, 3, 40, 30);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), int.MinValue);

        Assert.Contains("2147483648 pixels", ImageHeader.Check(file, 1 << 20), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_DamagedFiles_NeverThrows()
    {
        var seeds = Types.Select(row => Encode(row.Data.Item1, row.Data.Item2, row.Data.Item3, 40, 30)).ToArray();
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[0, 12], Gen.Int[0, 400]).Sample(
            (seed, changes, length) =>
            {
                var file = seeds[seed][..Math.Min(length, seeds[seed].Length)];
                foreach (var (at, value) in changes.Where(change => change.Item1 < file.Length)) file[at] = value;
                ImageHeader.Check(file, 1 << 20);
            },
            iter: 20_000);
    }

    private static byte[] Encode(string extension, int bits, int channels, int width, int height)
    {
        var type = (bits, channels) switch
        {
            (8, 1) => MatType.CV_8UC1,
            (8, 3) => MatType.CV_8UC3,
            (8, _) => MatType.CV_8UC4,
            (_, 1) => MatType.CV_16UC1,
            _ => MatType.CV_16UC3,
        };
        using var mat = new Mat(height, width, type, Scalar.All(77));
        Cv2.ImEncode(extension, mat, out var file);
        return file;
    }

    private static byte[] Bmp(int widthAt, int heightAt)
    {
        var file = Encode(".bmp", 8, 3, 4, 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(widthAt), 30000);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(heightAt), -30000);
        return file;
    }

    /// <summary>4 x 4 pixels in a tile of 30000 x 30000, which a decoder makes room for.</summary>
    private static byte[] Tiff()
    {
        (ushort Tag, uint Value)[] entries = [(256, 4), (257, 4), (258, 8), (277, 3), (322, 30000), (323, 30000)];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((ushort)entries.Length);
        foreach (var (tag, value) in entries)
        {
            writer.Write(tag);
            writer.Write((ushort)4);
            writer.Write(1);
            writer.Write(value);
        }

        return file.ToArray();
    }

    /// <summary>The lossless kind, whose sides have 14 bits.</summary>
    private static byte[] Lossless()
    {
        byte[] file = [.. "RIFF\0\0\0\0WEBPVP8L\0\0\0\0"u8, 0x2F, .. new byte[20]];
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(21), 0x3FFF | (0x3FFF << 14));
        return file;
    }
}
