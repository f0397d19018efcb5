using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class BlockMeanTests
{
    [Theory]
    [InlineData(5, 4, 1)]
    [InlineData(5, 4, 3)]
    [InlineData(10, 8, 1)]
    [InlineData(3, 1, 3)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 4)]
    [InlineData(4, 3, 2)]
    [InlineData(16, 16, 1)]
    [InlineData(257, 1, 1)]
    [InlineData(1, 257, 3)]
    public void TryShrink_WholeFactors_EqualsOpenCv(int across, int down, int channels)
    {
        foreach (var (width, height) in new[] { (1, 1), (7, 3), (33, 5), (64, 2) })
        {
            using var source = Noise(width * across, height * down, channels);
            using var expected = source.Resize(new Size(width, height), 0, 0, InterpolationFlags.Area);
            using var actual = new Mat();

            Assert.True(BlockMean.TryShrink(source, actual, new Size(width, height)));

            Assert.Equal(Bytes(expected), Bytes(actual));
        }
    }

    [Fact]
    public void TryShrink_AllWhite_DoesNotOverflow()
    {
        using var source = new Mat(16, 16 * 3, MatType.CV_8UC1, Scalar.White);
        using var actual = new Mat();

        Assert.True(BlockMean.TryShrink(source, actual, new Size(3, 1)));

        Assert.Equal([255, 255, 255], Bytes(actual));
    }

    [Fact]
    public void TryShrink_PartOfAnImage_EqualsOpenCv()
    {
        using var whole = Noise(100, 50, 1);
        using var part = new Mat(whole, new Rect(3, 5, 70, 40));
        using var expected = part.Resize(new Size(14, 10), 0, 0, InterpolationFlags.Area);
        using var actual = new Mat();

        Assert.True(BlockMean.TryShrink(part, actual, new Size(14, 10)));

        Assert.Equal(Bytes(expected), Bytes(actual));
    }

    [Theory]
    [InlineData(32, 32, 16, 16)]
    [InlineData(33, 32, 16, 16)]
    [InlineData(32, 40, 16, 16)]
    [InlineData(16, 16, 32, 32)]
    [InlineData(258, 1, 1, 1)]
    public void TryShrink_OtherFactors_LeavesThemToOpenCv(int width, int height, int newWidth, int newHeight)
    {
        using var source = Noise(width, height, 1);
        using var target = new Mat();

        Assert.False(BlockMean.TryShrink(source, target, new Size(newWidth, newHeight)));
    }

    [Fact]
    public void TryShrink_SixteenBits_LeavesThemToOpenCv()
    {
        using var source = new Mat(32, 64, MatType.CV_16UC1, Scalar.All(1000));
        using var target = new Mat();

        Assert.False(BlockMean.TryShrink(source, target, new Size(16, 16)));
    }

    private static Mat Noise(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        new Random(width + height).NextBytes(pixels);
        using var mat = Mat.FromPixelData(height, width, MatType.CV_8UC(channels), pixels);
        return mat.Clone();
    }

    private static byte[] Bytes(Mat mat)
    {
        using var values = mat.Reshape(1);
        Assert.True(values.GetArray(out byte[] bytes));
        return bytes;
    }
}
