using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class FramePreparerTests
{
    private static readonly InputSpec Colour16 = new(16, 16, 3);
    private static readonly InputSpec Grey16 = new(16, 16, 1);

    [Theory]
    [InlineData(PixelFormat.BayerRG8, "RG", "GB")]
    [InlineData(PixelFormat.BayerGR8, "GR", "BG")]
    [InlineData(PixelFormat.BayerGB8, "GB", "RG")]
    [InlineData(PixelFormat.BayerBG8, "BG", "GR")]
    public void TryPrepare_MosaicOfOneColour_GivesThatColour(PixelFormat format, string even, string odd)
    {
        const byte red = 200, green = 120, blue = 40;
        var mosaic = new byte[256];
        for (var i = 0; i < 256; i++) mosaic[i] = (i / 16 % 2 == 0 ? even : odd)[i % 2] switch { 'R' => red, 'G' => green, _ => blue };

        var values = TestImages.Prepare(TestImages.Raw(format, 16, 16, mosaic), Colour16);

        Assert.All(values[..256], v => Assert.Equal(red / 255f, v, 1e-6f));
        Assert.All(values[256..512], v => Assert.Equal(green / 255f, v, 1e-6f));
        Assert.All(values[512..], v => Assert.Equal(blue / 255f, v, 1e-6f));
    }

    [Theory]
    [InlineData(PixelFormat.BayerRG8, 8, 8, 0)]
    [InlineData(PixelFormat.BayerGR8, 9, 8, 0)]
    [InlineData(PixelFormat.BayerGB8, 8, 9, 0)]
    [InlineData(PixelFormat.BayerBG8, 9, 9, 0)]
    public void TryPrepare_MosaicWithOneRedSite_ShowsItInRedOnly(PixelFormat format, int x, int y, int redPlane)
    {
        var mosaic = new byte[256];
        mosaic[(y * 16) + x] = 255;

        var values = TestImages.Prepare(TestImages.Raw(format, 16, 16, mosaic), Colour16);

        Assert.Equal(1f, values[(redPlane * 256) + (y * 16) + x]);
        Assert.All(values[256..], v => Assert.Equal(0f, v));
    }

    /// <summary>A frame that is made much smaller is decoded row by row; with what is decoded whole the result is the same to the bit.</summary>
    [Fact]
    public void TryPrepare_RowsOfEachFormat_AreThoseOfTheWholeFrame()
    {
        const int width = 133, height = 101;
        foreach (var format in Enum.GetValues<PixelFormat>().Except([PixelFormat.Unspecified, PixelFormat.Jpeg, PixelFormat.Png]))
        {
            var data = new byte[Frame.RowBytes(format, width) * height * (format is PixelFormat.Rgb8Planar ? 3 : 1)];
            new Random(3).NextBytes(data);
            if (format is PixelFormat.Mono32F)
                foreach (ref var value in MemoryMarshal.Cast<byte, float>(data.AsSpan())) value = Math.Abs(value % 1) is var share && float.IsNaN(share) ? 0 : share;
            var frame = TestImages.Raw(format, width, height, data);
            var pin = GCHandle.Alloc(data, GCHandleType.Pinned);
            foreach (var region in (RegionOfInterest?[])[null, new(5, 3, 90, 97), new(0, 1, 16, 100)])
            {
                var taken = region ?? new RegionOfInterest(0, 0, width, height);
                foreach (var input in new[] { Colour16, Grey16 with { Fit = FrameFit.Letterbox } })
                {
                    Assert.True(FrameDecoder.TryDecode(frame, pin.AddrOfPinnedObject(), out var decoded, out _));
                    using var owned = decoded;
                    var cover = input.CoverOf(taken.Width, taken.Height);
                    using var cut = new Mat(decoded.Pixels, new Rect(taken.X, taken.Y, taken.Width, taken.Height));
                    using var small = new Mat();
                    AreaMean.Resize(cut, small, new Size(cover.Width, cover.Height));
                    using var grey = small.Channels() == 3 ? small.CvtColor(decoded.RedFirst ? ColorConversionCodes.RGB2GRAY : ColorConversionCodes.BGR2GRAY) : small.Clone();

                    var values = TestImages.Prepare(frame, input, region);

                    var white = grey.Depth() == MatType.CV_16U ? SignificantBits.White(frame.SignificantBits) : 255f;
                    for (var y = 0; input.Channels == 1 && y < cover.Height; y++)
                    {
                        for (var x = 0; x < cover.Width; x++)
                        {
                            var expected = grey.Depth() == MatType.CV_16U ? grey.At<ushort>(y, x) : grey.At<byte>(y, x);
                            Assert.Equal(expected * (1f / white), values[((y + cover.Y) * 16) + x + cover.X]);
                        }
                    }

                    for (var i = 0; input.Channels == 3 && small.Channels() == 3 && i < 256; i++)
                    {
                        for (var c = 0; c < 3; c++)
                        {
                            var at = decoded.RedFirst ? c : 2 - c;
                            var expected = small.Depth() == MatType.CV_16U ? (int)small.At<Vec3w>(i / 16, i % 16)[at] : small.At<Vec3b>(i / 16, i % 16)[at];
                            Assert.Equal(expected * (1f / white), values[(c * 256) + i]);
                        }
                    }
                }
            }

            pin.Free();
        }
    }

    /// <summary>The region that is taken decides, not the frame around it.</summary>
    [Theory]
    [InlineData(32, 16, null, 0, 4, 16, 8)]
    [InlineData(16, 32, null, 4, 0, 8, 16)]
    [InlineData(20, 20, null, 0, 0, 16, 16)]
    [InlineData(40, 40, new[] { 4, 8, 30, 10 }, 0, 5, 16, 5)]
    [InlineData(32000, 1, null, 0, 7, 16, 1)]
    public void TryPrepare_Letterbox_KeepsProportionsAndRepeatsTheOutermost(int frameWidth, int frameHeight, int[]? region, int x, int y, int width, int height)
    {
        var data = new byte[frameWidth * frameHeight];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(20 + (100 * (i % frameWidth) / frameWidth) + (100 * (i / frameWidth) / frameHeight));
        var frame = TestImages.Raw(PixelFormat.Mono8, frameWidth, frameHeight, data);
        var taken = region is null ? null : new RegionOfInterest(region[0], region[1], region[2], region[3]);
        Assert.True(FramePreparer.TryPrepare(frame, Grey16 with { Fit = FrameFit.Letterbox }, taken, out var prepared, out var error), error);
        using (prepared)
        {
            Assert.Equal(new RegionOfInterest(x, y, width, height), prepared.Cover);
            Assert.True(FramePreparer.TryPrepare(frame, new InputSpec(width, height, 1), taken, out var alone, out error), error);
            using (alone)
            {
                for (var i = 0; i < 256; i++)
                {
                    var (column, row) = (Math.Clamp((i % 16) - x, 0, width - 1), Math.Clamp((i / 16) - y, 0, height - 1));
                    Assert.Equal(alone.Values[(row * width) + column], prepared.Values[i]);
                }
            }
        }
    }

    [Fact]
    public void TryPrepare_Mono16_ReadsLittleEndian()
    {
        var data = new byte[512];
        (data[0], data[1]) = (0x34, 0x12);
        (data[510], data[511]) = (0xFF, 0xFF);

        var values = TestImages.Prepare(TestImages.Raw(PixelFormat.Mono16, 16, 16, data), Grey16);

        Assert.Equal(0x1234 / 65535f, values[0], 1e-7f);
        Assert.Equal(1f, values[255]);
        Assert.Equal(0f, values[1]);
    }

    [Theory]
    [InlineData(PixelFormat.Mono8, 1, 19)]
    [InlineData(PixelFormat.Mono16, 2, 40)]
    [InlineData(PixelFormat.Bgr8, 3, 53)]
    [InlineData(PixelFormat.BayerRG8, 1, 17)]
    public void TryPrepare_PaddedRows_EqualsTheSameWithoutPadding(PixelFormat format, int bytesPerPixel, int stride)
    {
        var row = 16 * bytesPerPixel;
        var tight = TestImages.Bgr(16, 16)[..(16 * row)];
        var padded = Enumerable.Repeat((byte)0xEE, (15 * stride) + row).ToArray();
        for (var y = 0; y < 16; y++) Array.Copy(tight, y * row, padded, y * stride, row);

        var expected = TestImages.Prepare(TestImages.Raw(format, 16, 16, tight), Colour16);
        var actual = TestImages.Prepare(TestImages.Raw(format, 16, 16, padded, stride), Colour16);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void TryPrepare_Region_TakesItsPixelsOnly()
    {
        var data = new byte[40 * 30];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)((i % 40) + (i / 40));
        var region = new RegionOfInterest(7, 5, 16, 16);

        Assert.True(FramePreparer.TryPrepare(TestImages.Raw(PixelFormat.Mono8, 40, 30, data), Grey16, region, out var prepared, out _));

        using (prepared)
        {
            Assert.Equal(12 / 255f, prepared.Values[0], 1e-7f);
            Assert.Equal((22 + 20) / 255f, prepared.Values[255], 1e-7f);
            Assert.Equal(region, prepared.Region);
            Assert.Equal((40, 30), (prepared.FrameWidth, prepared.FrameHeight));
        }
    }

    [Theory]
    [InlineData(-1, 0, 16, 16)]
    [InlineData(0, 15, 16, 16)]
    [InlineData(0, 0, 0, 16)]
    [InlineData(1, 0, int.MaxValue, 16)]
    public void TryPrepare_RegionOutside_SaysSo(int x, int y, int width, int height) => Assert.Contains(
        "not inside the frame of 40 x 30", TestImages.Refuse(TestImages.Raw(PixelFormat.Mono8, 40, 30, new byte[1200]), Grey16, new RegionOfInterest(x, y, width, height)), StringComparison.Ordinal);

    [Fact]
    public void TryPrepare_GreyForColourModel_RepeatsThePlane()
    {
        var values = TestImages.Prepare(TestImages.Raw(PixelFormat.Mono8, 16, 16, TestImages.Bgr(16, 16)[..256]), Colour16);

        Assert.Equal(values[..256], values[256..512]);
        Assert.Equal(values[..256], values[512..]);
        Assert.NotEqual(0, values.Max());
    }

    [Fact]
    public void TryPrepare_LargerFrame_AveragesBlocks()
    {
        var data = new byte[32 * 32];
        (data[0], data[1], data[32], data[33]) = (10, 20, 30, 60);

        var values = TestImages.Prepare(TestImages.Raw(PixelFormat.Mono8, 32, 32, data), Grey16);

        Assert.Equal(30 / 255f, values[0], 1e-7f);
        Assert.Equal(0, values[1]);
    }

    [Theory]
    [InlineData(16, 16, 3)]
    [InlineData(16, 16, 1)]
    [InlineData(23, 17, 3)]
    [InlineData(64, 80, 1)]
    public void TryPrepare_SamePictureInThreeFormats_GivesTheSameValues(int width, int height, int channels)
    {
        var bgr = TestImages.Bgr(48, 40);
        var input = new InputSpec(width, height, channels);

        var fromBgr = TestImages.Prepare(TestImages.Raw(PixelFormat.Bgr8, 48, 40, bgr), input);
        var fromRgb = TestImages.Prepare(TestImages.Raw(PixelFormat.Rgb8, 48, 40, TestImages.SwapRedAndBlue(bgr)), input);
        var fromPng = TestImages.Prepare(TestImages.File(PixelFormat.Png, TestImages.Encode(".png", 48, 40, MatType.CV_8UC3, bgr)), input);

        Assert.Equal(fromBgr, fromRgb);
        Assert.Equal(fromBgr, fromPng);
    }

    [Fact]
    public void TryPrepare_Rgb8_PutsRedFirst()
    {
        var data = new byte[768];
        (data[0], data[1], data[2]) = (255, 51, 0);

        var values = TestImages.Prepare(TestImages.Raw(PixelFormat.Rgb8, 16, 16, data), Colour16);

        Assert.Equal(1f, values[0]);
        Assert.Equal(0.2f, values[256], 1e-6f);
        Assert.Equal(0f, values[512]);
    }
}
