using System.Text.Json;
using AnomalyLine.Imaging;

namespace AnomalyLine.Vision.Tests.Imaging;

public sealed class InspectionAreaTests
{
    private const int Width = 60, Height = 40;

    private static readonly AreaShape Rectangle = new(AreaShapeKind.Rectangle, [10, 8, 21, 15]);
    private static readonly AreaShape Ellipse = new(AreaShapeKind.Ellipse, [30, 10, 50, 30]);
    private static readonly AreaShape Polygon = new(AreaShapeKind.Polygon, [5, 20, 20, 25, 8, 38]);
    private static readonly AreaShape Stroke = new(AreaShapeKind.Stroke, [40, 35, 55, 33], 4);
    private static readonly AreaShape AtTheEdge = new(AreaShapeKind.Rectangle, [0, 0, 7, 40]);

    public static TheoryData<string, InputSpec> Inputs => new()
    {
        { "as it is", new InputSpec(Width, Height, 1) },
        { "by a whole factor", new InputSpec(Width / 2, Height / 2, 3) },
        { "by another", new InputSpec(37, 23, 1) },
        { "enlarged", new InputSpec(100, 90, 1) },
        { "letterboxed", new InputSpec(48, 48, 1, Fit: FrameFit.Letterbox) },
        { "letterboxed upright", new InputSpec(32, 64, 3, Fit: FrameFit.Letterbox) },
    };

    /// <summary>Whatever stands where the model never looks, the model gets the same values, to the bit; and everywhere else what it got without the area.</summary>
    [Theory]
    [MemberData(nameof(Inputs))]
    public void TryPrepare_PixelsThatAreLeftOut_ChangeNoValue(string name, InputSpec input)
    {
        Assert.NotEmpty(name);
        AreaShape[] shapes = [Rectangle, Ellipse, Polygon, Stroke, AtTheEdge];
        var pixels = Pixels(seed: 1);
        foreach (var region in new[] { null, new RegionOfInterest(4, 3, 50, 36) })
        {
            var area = new InspectionArea(region, shapes);
            using var one = Prepare(pixels, input with { Area = area });
            var changed = (byte[])pixels.Clone();
            var other = Pixels(seed: 2);
            for (var i = 0; i < changed.Length; i++)
                if (IsInside(i % Width, i / Width)) changed[i] = other[i];
            using var two = Prepare(changed, input with { Area = area });
            using var plain = Prepare(pixels, input with { Area = region });

            Assert.Equal(one.Values.ToArray(), two.Values.ToArray());
            var leftOut = one.LeftOut.ToArray();
            Assert.Contains(true, leftOut);
            Assert.Contains(false, leftOut);
            for (var i = 0; i < input.Length; i++) Assert.Equal(leftOut[i % leftOut.Length] ? 0.5f : plain.Values[i], one.Values[i]);
            Assert.Equal(area.LeftOut, one.Area.LeftOut);
        }
    }

    [Fact]
    public void TryPrepare_RectangleAtFullSize_LeavesOutJustItsPixels()
    {
        using var prepared = Prepare(Pixels(seed: 1), new InputSpec(Width, Height, 1, Area: new InspectionArea(null, [Rectangle])));
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                Assert.Equal(x is >= 10 and < 21 && y is >= 8 and < 15, prepared.LeftOut[(y * Width) + x]);
    }

    /// <summary>A recipe leaves out more than the model has learnt without: it is not judged, but the model sees it as ever.</summary>
    [Fact]
    public void TryPrepare_AreaOverThatOfTheModel_LeavesOutBothAndFillsTheModelsOwn()
    {
        var input = new InputSpec(Width, Height, 1, Area: new InspectionArea(null, [Rectangle]));
        var frame = TestImages.Raw(PixelFormat.Mono8, Width, Height, Pixels(seed: 1));
        Assert.True(FramePreparer.TryPrepare(frame, input, new InspectionArea(null, [Ellipse]), out var prepared, out var error), error);
        using (prepared)
        {
            Assert.True(prepared.LeftOut[(10 * Width) + 15] && prepared.LeftOut[(20 * Width) + 40]);
            Assert.Equal(0.5f, prepared.Values[(10 * Width) + 15]);
            Assert.Equal(frame.Data.Span[(20 * Width) + 40] / 255f, prepared.Values[(20 * Width) + 40], 1e-6f);
            Assert.Equal([Rectangle, Ellipse], prepared.Area.LeftOut);
        }
    }

    [Fact]
    public void TryPrepare_FramesOfTwoSizesInTurn_EachHasItsOwnMask()
    {
        var input = new InputSpec(20, 20, 1, Area: new InspectionArea(null, [Rectangle]));
        for (var turn = 0; turn < 2; turn++)
        {
            using var wide = Prepare(Pixels(seed: 1), input);
            Assert.True(FramePreparer.TryPrepare(TestImages.Raw(PixelFormat.Mono8, 200, 200, new byte[40_000]), input, null, out var large, out var error), error);
            using (large) Assert.True(large.LeftOut.Count(true) < wide.LeftOut.Count(true));
        }
    }

    [Theory]
    [InlineData("{\"leftOut\":[{\"kind\":\"Rectangle\",\"points\":[10,10,61,12]}]}", "Shape 1 of what is left out reaches (61, 12), beyond the frame of 60 x 40")]
    [InlineData("{\"region\":{\"x\":1,\"y\":0,\"width\":60,\"height\":40},\"leftOut\":[]}", "is not inside the frame of 60 x 40")]
    [InlineData("{\"leftOut\":[{\"kind\":\"rectangle\",\"points\":[0,0,60,40]}]}", "leaves nothing to judge")]
    public void TryPrepare_AreaThatTheFrameCannotHave_IsRefused(string area, string why) =>
        Assert.Contains(why, TestImages.Refuse(TestImages.Raw(PixelFormat.Mono8, Width, Height, Pixels(seed: 1)), new InputSpec(16, 16, 1, Area: InspectionArea.Parse(area))), StringComparison.Ordinal);

    [Theory]
    [InlineData("null", "there is no area")]
    [InlineData("{\"leftOut\":[null]}", "it is null")]
    [InlineData("{\"leftOut\":[{\"kind\":\"star\",\"points\":[1,2,3,4]}]}", "$.leftOut[0].kind")]
    [InlineData("{\"leftOut\":[{\"kind\":\"rectangle\"}]}", "not pairs of x and y")]
    [InlineData("{\"leftOut\":[{\"kind\":\"rectangle\",\"points\":[1,2,3]}]}", "not pairs of x and y")]
    [InlineData("{\"leftOut\":[{\"kind\":\"rectangle\",\"points\":[1,2,1,4]}]}", "no width or no height")]
    [InlineData("{\"leftOut\":[{\"kind\":\"polygon\",\"points\":[1,2,3,4]}]}", "2 points; a polygon has 3..1000")]
    [InlineData("{\"leftOut\":[{\"kind\":\"ellipse\",\"points\":[1,2,3,-4]}]}", "not within 0..")]
    [InlineData("{\"leftOut\":[{\"kind\":\"stroke\",\"points\":[1,2]}]}", "0 pixels wide, not 1..2000")]
    [InlineData("{\"leftOut\":[{\"kind\":\"ellipse\",\"points\":[1,2,3,4],\"width\":3}]}", "only a stroke has a width")]
    [InlineData("{\"leftout\":[],\"mask\":1}", "mask")]
    [InlineData("{\"region\":{\"x\":-1,\"y\":0,\"width\":6,\"height\":4}}", "the region of interest")]
    public void Parse_WhatIsNoArea_SaysWhy(string json, string why) => Assert.Contains(why, Assert.Throws<JsonException>(() => InspectionArea.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_WhatToJsonWrote_IsEqual()
    {
        var area = new InspectionArea(new RegionOfInterest(1, 2, 30, 20), [Rectangle, Ellipse, Polygon, Stroke]);
        var read = InspectionArea.Parse(area.ToJson());
        Assert.Equal(area, read);
        Assert.Equal(area.GetHashCode(), read.GetHashCode());
        Assert.NotEqual(area, read with { LeftOut = [Rectangle] });
    }

    /// <summary>Whether any of the shapes has the pixel, by other arithmetic than that which draws them.</summary>
    private static bool IsInside(int x, int y)
    {
        if (x is >= 10 and < 21 && y is >= 8 and < 15) return true;
        if (x < 7) return true;
        if (Math.Pow((x - 39.5) / 10, 2) + Math.Pow((y - 19.5) / 10, 2) <= 0.9) return true;
        if (y is >= 34 and <= 35 && x is >= 41 and <= 44) return true;
        return Side(x, y, 5, 20, 20, 25) >= 1 && Side(x, y, 20, 25, 8, 38) >= 1 && Side(x, y, 8, 38, 5, 20) >= 1;
    }

    private static int Side(int x, int y, int fromX, int fromY, int toX, int toY) => ((toX - fromX) * (y - fromY)) - ((toY - fromY) * (x - fromX));

    private static byte[] Pixels(int seed)
    {
        var pixels = new byte[Width * Height];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static PreparedFrame Prepare(byte[] pixels, InputSpec input)
    {
        Assert.True(FramePreparer.TryPrepare(TestImages.Raw(PixelFormat.Mono8, Width, Height, pixels), input, null, out var prepared, out var error), error);
        return prepared;
    }
}
