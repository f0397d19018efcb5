using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Vision.Tests.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class FrameFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(".jpg", PixelFormat.Jpeg)]
    [InlineData(".png", PixelFormat.Png)]
    public void Read_JpegOrPng_KeepsTheFileWhateverItsName(string extension, PixelFormat format)
    {
        var file = TestImages.Encode(extension, 20, 10, MatType.CV_8UC3, TestImages.Bgr(20, 10));

        var frame = FrameFile.Read(_folder.File("a.bmp", file), new FixedTime());

        Assert.Equal(format, frame.Format);
        Assert.Equal(file, frame.Data.ToArray());
        Assert.Equal(FixedTime.Instant, frame.CaptureTime);
    }

    [Fact]
    public void Read_ColourBmp_GivesItsPixels()
    {
        var bgr = TestImages.Bgr(21, 10);

        var frame = FrameFile.Read(_folder.File("a.bmp", TestImages.Encode(".bmp", 21, 10, MatType.CV_8UC3, bgr)));

        Assert.Equal((PixelFormat.Bgr8, 21, 10), (frame.Format, frame.Width, frame.Height));
        Assert.Equal(bgr, frame.Data.ToArray());
    }

    [Fact]
    public void Read_GreyBmp_IsMono8()
    {
        var grey = TestImages.Bgr(21, 10)[..210];

        var frame = FrameFile.Read(_folder.File("a.bmp", TestImages.Encode(".bmp", 21, 10, MatType.CV_8UC1, grey)));

        Assert.Equal(PixelFormat.Mono8, frame.Format);
        Assert.Equal(grey, frame.Data.ToArray());
    }

    [Theory]
    [InlineData("no image at all", "no image")]
    [InlineData("", "0 bytes")]
    [InlineData("BM", "no image")]
    public void Read_NoImage_NamesTheFile(string text, string reason)
    {
        var path = _folder.File("x.bmp", System.Text.Encoding.ASCII.GetBytes(text));

        var message = Assert.Throws<DatasetException>(() => FrameFile.Read(path)).Message;

        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".bmp")]
    [InlineData(".tiff")]
    [InlineData(".webp")]
    [InlineData(".pgm")]
    [InlineData(".ppm")]
    [InlineData(".jpg")]
    [InlineData(".png")]
    public void Read_FileThatLostItsEnd_IsRefusedAndTheWholeOneIsNot(string extension)
    {
        var isGrey = extension == ".pgm";
        var file = TestImages.Encode(extension, 64, 48, isGrey ? MatType.CV_8UC1 : MatType.CV_8UC3, TestImages.Bgr(64, 48)[..(64 * 48 * (isGrey ? 1 : 3))]);
        Assert.True(Prepares(file));

        foreach (var share in (double[])[0.99, 0.9, 0.5, 0.1]) Assert.False(Prepares(file[..(int)(share * file.Length)]), $"{share}");

        bool Prepares(byte[] bytes)
        {
            try
            {
                return FrameFile.TryWritePng(FrameFile.Read(_folder.File("a" + extension, bytes)), out _, out _, out _, out _);
            }
            catch (DatasetException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Read_MissingFile_NamesIt() => Assert.Contains("gone.png", Assert.Throws<DatasetException>(() => FrameFile.Read("gone.png")).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private sealed class FixedTime : TimeProvider
    {
        public static DateTimeOffset Instant => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Instant;
    }
}
