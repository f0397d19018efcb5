using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class OverlayTests
{
    [Fact]
    public void TryRender_ValueBelowHalfTheThreshold_LeavesTheFrameAsItIs()
    {
        var bgr = TestImages.Bgr(40, 30);
        var map = Map(8, 6, _ => 0.49f, 40, 30);

        Assert.Equal(bgr, Pixels(Render(TestImages.Raw(PixelFormat.Bgr8, 40, 30, bgr), map, 1, [])));
    }

    [Fact]
    public void TryRender_SameValueInTwoFrames_HasTheSameColour()
    {
        var grey = TestImages.Raw(PixelFormat.Mono8, 40, 30, new byte[1200]);

        var quiet = Pixels(Render(grey, Map(40, 30, i => i == 0 ? 1 : 0, 40, 30), 1, []));
        var loud = Pixels(Render(grey, Map(40, 30, i => i == 0 ? 1 : i == 700 ? 50 : 0, 40, 30), 1, []));

        Assert.Equal(quiet[..3], loud[..3]);
        Assert.True(quiet[2] > quiet[1] && quiet[1] > quiet[0], "the threshold's colour is orange");
    }

    [Fact]
    public void TryRender_MapOfARegion_ColoursThatRegionOnly()
    {
        var map = new AnomalyMap(2, 2, [9, 9, 9, 9], new RegionOfInterest(10, 5, 20, 15));

        var pixels = Pixels(Render(TestImages.Raw(PixelFormat.Mono8, 40, 30, new byte[1200]), map, 1, []));

        for (var i = 0; i < 1200; i++) Assert.Equal(i % 40 is >= 10 and < 30 && i / 40 is >= 5 and < 20, pixels[(3 * i) + 2] > 0);
    }

    [Fact]
    public void TryRender_Region_IsOutlinedAroundItsBox()
    {
        var frame = TestImages.Raw(PixelFormat.Mono8, 40, 30, Enumerable.Repeat((byte)90, 1200).ToArray());

        var pixels = Pixels(Render(frame, Map(4, 3, _ => 0, 40, 30), 1, [new DefectRegion(10, 10, 8, 6, 48, 2)]));

        Assert.Equal(255, pixels[3 * ((8 * 40) + 14)]);
        Assert.Equal(90, pixels[3 * ((13 * 40) + 14)]);
    }

    [Fact]
    public void TryRender_WideFrame_IsMadeSmallerWithItsMapAndRegions()
    {
        var frame = TestImages.Raw(PixelFormat.Mono8, 400, 300, new byte[120000]);

        Assert.True(Overlay.TryRender(frame, Map(4, 3, i => i == 11 ? 9 : 0, 400, 300), 1, [new(300, 200, 100, 100, 1, 9)], 100, PixelFormat.Png, out var file, out _));

        using var picture = Cv2.ImDecode(file, ImreadModes.Color);
        Assert.Equal(new Size(100, 75), picture.Size());
        Assert.True(picture.At<Vec3b>(70, 95).Item2 > 50);
        Assert.Equal(new Vec3b(0, 0, 0), picture.At<Vec3b>(10, 10));
    }

    [Theory]
    [InlineData(PixelFormat.Mono8)]
    [InlineData(PixelFormat.Mono16)]
    [InlineData(PixelFormat.Rgb8)]
    [InlineData(PixelFormat.Bgr8)]
    [InlineData(PixelFormat.BayerRG8)]
    [InlineData(PixelFormat.BayerGR8)]
    [InlineData(PixelFormat.BayerGB8)]
    [InlineData(PixelFormat.BayerBG8)]
    [InlineData(PixelFormat.Rgb16)]
    [InlineData(PixelFormat.Bgr16)]
    public void TryEncodeFrame_EachRawFormat_IsAPictureOfItsSize(PixelFormat format)
    {
        var frame = TestImages.Raw(format, 40, 30, new byte[30 * Frame.RowBytes(format, 40)]);

        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Jpeg, out var file, out _));

        using var picture = Cv2.ImDecode(file, ImreadModes.Color);
        Assert.Equal(new Size(40, 30), picture.Size());
    }

    [Fact]
    public void TryEncodeFrame_TwelveBitsInMono16_ShowsTheFullRange()
    {
        var data = new byte[2400];
        (data[0], data[1], data[2], data[3]) = (0xFF, 0x0F, 0x00, 0x08);

        Assert.True(Overlay.TryEncodeFrame(TestImages.Raw(PixelFormat.Mono16, 40, 30, data), 0, PixelFormat.Png, out var file, out _));

        var pixels = Pixels(file);
        Assert.Equal([255, 255, 255, 128], pixels[..4]);
        Assert.Equal(0, pixels[6]);
    }

    [Fact]
    public void TryEncodeFrame_Rgb_KeepsItsColours()
    {
        var bgr = TestImages.Bgr(40, 30);

        Assert.True(Overlay.TryEncodeFrame(TestImages.Raw(PixelFormat.Rgb8, 40, 30, TestImages.SwapRedAndBlue(bgr)), 0, PixelFormat.Png, out var file, out _));

        Assert.Equal(bgr, Pixels(file));
    }

    [Fact]
    public void TryEncodeFrame_BrokenFile_SaysWhy()
    {
        Assert.False(Overlay.TryEncodeFrame(TestImages.File(PixelFormat.Jpeg, [1, 2, 3, 4]), 0, PixelFormat.Jpeg, out _, out var error));
        Assert.Contains("no JPEG file", error, StringComparison.Ordinal);
    }

    [Fact]
    public void RenderMap_BelowAndAboveTheThreshold_IsTransparentThenRed()
    {
        using var picture = Cv2.ImDecode(Overlay.RenderMap(Map(3, 1, i => i * 0.5f, 3, 1), 0.5f), ImreadModes.Unchanged);

        Assert.Equal(new Size(3, 1), picture.Size());
        Assert.Equal(0, picture.At<Vec4b>(0, 0).Item3);
        Assert.True(picture.At<Vec4b>(0, 1).Item3 is > 50 and < 150);
        Assert.Equal(new Vec4b(48, 8, 150, 170), picture.At<Vec4b>(0, 2));
    }

    [Fact]
    public void RenderMap_HigherValues_AreDarkerAndCoverMore()
    {
        using var picture = Cv2.ImDecode(Overlay.RenderMap(Map(200, 1, i => i / 100f, 200, 1), 1), ImreadModes.Unchanged);

        for (var x = 51; x < 200; x++)
        {
            Vec4b before = picture.At<Vec4b>(0, x - 1), now = picture.At<Vec4b>(0, x);
            Assert.True(now.Item3 >= before.Item3);
            Assert.True(now.Item1 <= before.Item1, "green, which carries the brightness, must fall");
        }
    }

    private static byte[] Render(Frame frame, AnomalyMap map, float threshold, DefectRegion[] regions)
    {
        Assert.True(Overlay.TryRender(frame, map, threshold, regions, 0, PixelFormat.Png, out var file, out var error), error);
        return file;
    }

    private static byte[] Pixels(byte[] file)
    {
        using var picture = Cv2.ImDecode(file, ImreadModes.Color);
        picture.GetArray(out Vec3b[] pixels);
        return [.. pixels.SelectMany(p => (byte[])[p.Item0, p.Item1, p.Item2])];
    }

    private static AnomalyMap Map(int width, int height, Func<int, float> value, int frameWidth, int frameHeight) =>
        new(width, height, [.. Enumerable.Range(0, width * height).Select(value)], new RegionOfInterest(0, 0, frameWidth, frameHeight));
}
