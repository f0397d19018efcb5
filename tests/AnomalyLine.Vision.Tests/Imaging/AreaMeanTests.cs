using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class AreaMeanTests
{
    [Theory]
    [InlineData(5, 4, 1)]
    [InlineData(5, 4, 3)]
    [InlineData(10, 8, 1)]
    [InlineData(3, 1, 3)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 2, 3)]
    [InlineData(2, 1, 4)]
    [InlineData(4, 3, 2)]
    [InlineData(16, 16, 1)]
    [InlineData(257, 1, 1)]
    [InlineData(1, 257, 3)]
    [InlineData(1, 600, 1)]
    [InlineData(23, 19, 1)]
    public void Resize_ByWholeFactors_EqualsOpenCv(int across, int down, int channels)
    {
        foreach (var (width, height) in new[] { (1, 1), (7, 3), (33, 5), (64, 2) })
        {
            using var source = Noise(width * across, height * down, MatType.CV_8UC(channels));
            using var expected = source.Resize(new Size(width, height), 0, 0, InterpolationFlags.Area);
            using var actual = new Mat();

            AreaMean.Resize(source, actual, new Size(width, height));

            Assert.Equal(Values(expected), Values(actual));
        }
    }

    /// <summary>A level is one of 255, and of 16 bits one of 65535: what a float's sum of some hundred of them leaves of it.</summary>
    [Theory]
    [InlineData(640, 512, 224, 224, 8, 1)]
    [InlineData(640, 512, 224, 224, 8, 3)]
    [InlineData(641, 513, 640, 512, 8, 1)]
    [InlineData(300, 300, 256, 256, 8, 3)]
    [InlineData(100, 1000, 33, 3, 8, 1)]
    [InlineData(1000, 100, 3, 33, 8, 3)]
    [InlineData(257, 64, 256, 16, 8, 1)]
    [InlineData(64, 257, 64, 256, 8, 3)]
    [InlineData(2001, 1999, 16, 17, 8, 1)]
    [InlineData(640, 512, 224, 224, 16, 1)]
    [InlineData(640, 512, 128, 128, 16, 3)]
    [InlineData(2001, 1999, 16, 17, 16, 1)]
    public void Resize_ByOtherFactors_IsTheMeanOfTheArea(int width, int height, int newWidth, int newHeight, int bits, int channels)
    {
        using var source = Noise(width, height, bits == 8 ? MatType.CV_8UC(channels) : MatType.CV_16UC(channels));
        using var ofOpenCv = source.Resize(new Size(newWidth, newHeight), 0, 0, InterpolationFlags.Area);
        using var actual = new Mat();

        AreaMean.Resize(source, actual, new Size(newWidth, newHeight));

        var (values, others, exact) = (Values(actual), Values(ofOpenCv), Means(source, newWidth, newHeight));
        for (var i = 0; i < values.Length; i++) Assert.InRange(values[i] - exact[i], -0.55, 0.55);
        var unlike = values.Zip(others).Count(pair => pair.First != pair.Second);
        Assert.All(values.Zip(others), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        Assert.True(unlike <= values.Length / 100, $"{unlike} of {values.Length} differ from OpenCV's by a level.");
    }

    [Fact]
    public void Resize_AllWhite_DoesNotOverflow()
    {
        foreach (var (type, white) in new[] { (MatType.CV_8UC1, 255), (MatType.CV_16UC1, 65535) })
        {
            foreach (var (width, height) in new[] { (48, 16), (49, 700) })
            {
                using var source = new Mat(height, width, type, Scalar.All(white));
                using var actual = new Mat();

                AreaMean.Resize(source, actual, new Size(3, 1));

                Assert.Equal([white, white, white], Values(actual));
            }
        }
    }

    [Theory]
    [InlineData(14, 10)]
    [InlineData(15, 11)]
    public void Resize_PartOfAnImage_EqualsThatOfACopy(int newWidth, int newHeight)
    {
        using var whole = Noise(100, 50, MatType.CV_8UC1);
        using var part = new Mat(whole, new Rect(3, 5, 70, 40));
        using var copy = part.Clone();
        using var expected = new Mat();
        using var actual = new Mat();

        AreaMean.Resize(copy, expected, new Size(newWidth, newHeight));
        AreaMean.Resize(part, actual, new Size(newWidth, newHeight));

        Assert.Equal(Values(expected), Values(actual));
    }

    [Theory]
    [InlineData(16, 16, 32, 32)]
    [InlineData(16, 40, 32, 20)]
    public void Resize_Larger_EqualsOpenCv(int width, int height, int newWidth, int newHeight)
    {
        using var source = Noise(width, height, MatType.CV_8UC1);
        using var expected = source.Resize(new Size(newWidth, newHeight), 0, 0, InterpolationFlags.Area);
        using var actual = new Mat();

        AreaMean.Resize(source, actual, new Size(newWidth, newHeight));

        Assert.Equal(Values(expected), Values(actual));
    }

    private static Mat Noise(int width, int height, MatType type)
    {
        var mat = new Mat(height, width, type);
        var bytes = new byte[width * height * mat.ElemSize()];
        new Random(width + height).NextBytes(bytes);
        System.Runtime.InteropServices.Marshal.Copy(bytes, 0, mat.Data, bytes.Length);
        return mat;
    }

    private static int[] Values(Mat mat)
    {
        using var values = mat.Reshape(1);
        using var whole = new Mat();
        values.ConvertTo(whole, MatType.CV_32S);
        Assert.True(whole.GetArray(out int[] result));
        return result;
    }

    /// <summary>Each pixel of the result by the definition, in double precision.</summary>
    private static double[] Means(Mat source, int width, int height)
    {
        var values = Values(source);
        int channels = source.Channels(), fullWidth = source.Width, fullHeight = source.Height;
        var (across, down) = ((double)fullWidth / width, (double)fullHeight / height);
        var means = new double[width * height * channels];
        for (var i = 0; i < means.Length; i++)
        {
            int c = i % channels, x = i / channels % width, y = i / channels / width;
            double sum = 0;
            for (var row = (int)(y * down); row < Math.Min(fullHeight, (y + 1) * down); row++)
            {
                var rowShare = Math.Min(row + 1, (y + 1) * down) - Math.Max(row, y * down);
                for (var column = (int)(x * across); column < Math.Min(fullWidth, (x + 1) * across); column++)
                    sum += rowShare * (Math.Min(column + 1, (x + 1) * across) - Math.Max(column, x * across)) * values[(((row * fullWidth) + column) * channels) + c];
            }

            means[i] = sum / (across * down);
        }

        return means;
    }
}
