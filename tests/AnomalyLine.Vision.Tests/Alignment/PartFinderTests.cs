using System.Text.Json;
using AnomalyLine.Demo;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Vision.Tests.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Alignment;

/// <summary>Rendered parts whose place is known are found there, and what is seen of them is shown where it is.</summary>
public sealed class PartFinderTests
{
    private const int Side = 256;

    private static readonly PartPose s_reference = PartPose.At(128, 128, 76, 0);

    [Theory]
    [InlineData(9, 1.0)]
    [InlineData(30, 4.0)]
    public void Find_PartsThatWereMoved_AreWhereTheyWerePut(double mostAngle, double mostShift)
    {
        var alignment = Alignment(mostAngle, mostShift * 4);
        var random = new Random(5);
        var (pixels, degrees) = (new List<double>(), new List<double>());
        for (var i = 0; i < 12; i++)
        {
            double Within(double most) => ((2 * random.NextDouble()) - 1) * most;
            var pose = PartPose.At(128 + Within(mostShift * 2), 128 + Within(mostShift * 2), 76 * (1 + Within(0.01)), Within(0.8 * mostAngle));
            using var prepared = Prepare(Render(100 + i, pose, i % 3 == 0 ? PartDefect.Scratch : null), new InputSpec(Side, Side, 1, Alignment: alignment));
            var found = prepared.View!.ToFrame;
            var (x, y) = found.Of(s_reference.CenterX, s_reference.CenterY);
            pixels.Add(Math.Sqrt(((x - pose.CenterX) * (x - pose.CenterX)) + ((y - pose.CenterY) * (y - pose.CenterY))));
            var turn = (Math.Atan2(found.YX - found.XY, found.XX + found.YY) - Math.Atan2(pose.Sin, pose.Cos)) * 180 / Math.PI;
            degrees.Add(Math.Abs(turn - (360 * Math.Round(turn / 360))));
        }

        Assert.True(pixels.Max() < 0.5, $"{pixels.Max()} pixels");
        Assert.True(degrees.Max() < 0.5 && degrees.Order().ElementAt(8) < 0.3, $"{degrees.Max()} degrees");
    }

    [Fact]
    public void With_AnotherReference_FindsThatPart()
    {
        var (width, height) = PartFinder.SizeOf(Side, Side);
        using var part = Bracket();
        var bracket = TestImages.Prepare(Grey(part), new InputSpec(width, height, 1));
        var alignment = Alignment(9, 4);
        Assert.NotNull(alignment.Find(bracket, out _));

        Assert.Null((alignment with { Reference = PartAlignment.Encode(bracket, width, height) }).Find(bracket, out var found));
        Assert.InRange(found.Pose.Shift, 0, 0.5);
    }

    /// <summary>A part without symmetry, at any turn.</summary>
    [Fact]
    public void Find_PartThatLiesAnyHow_IsFoundByItsTurn()
    {
        using var part = Bracket();
        var (width, height) = PartFinder.SizeOf(Side, Side);
        var alignment = new PartAlignment(Side, Side, PartAlignment.Encode(TestImages.Prepare(Grey(part), new InputSpec(width, height, 1)), width, height), 40, 180, 0.05, 0.5, 0.1);
        for (var turn = -170; turn <= 180; turn += 25)
        {
            using var matrix = Cv2.GetRotationMatrix2D(new Point2f(128, 128), -turn, 1);
            using var turned = new Mat();
            Cv2.WarpAffine(part, turned, matrix, part.Size(), InterpolationFlags.Cubic, BorderTypes.Replicate);

            using var prepared = Prepare(Grey(turned), new InputSpec(Side, Side, 1, Alignment: alignment));

            var found = prepared.View!.ToFrame;
            var error = (Math.Atan2(found.YX - found.XY, found.XX + found.YY) * 180 / Math.PI) - turn;
            Assert.InRange(error - (360 * Math.Round(error / 360)), -0.3, 0.3);
        }
    }

    [Fact]
    public void TryPrepare_MovedPart_LooksLikeTheReferenceAndAlwaysTheSame()
    {
        var input = new InputSpec(128, 128, 3, Alignment: Alignment(30, 20));
        var moved = Render(7, PartPose.At(134, 121, 76, 8));

        using var reference = Prepare(Render(7, s_reference), input);
        using var one = Prepare(moved, input);
        using var other = Prepare(moved, input);
        using var plain = Prepare(moved, input with { Alignment = null });

        Assert.Equal(one.Values.ToArray(), other.Values.ToArray());
        var (near, far) = (Difference(reference, one), Difference(reference, plain));
        Assert.True(near < far / 3, $"{near} of {far}");
        Assert.True(one.IsAligned);
    }

    [Theory]
    [InlineData(110, 0, "pixels beside the reference part")]
    [InlineData(0, 0, "like the reference part")]
    public void TryPrepare_PartTooFarOffOrAbsent_IsMissing(int shift, int radius, string why)
    {
        var alignment = Alignment(9, 20);
        var frame = shift > 0 ? Render(3, PartPose.At(128 + 24, 128, 76, 0)) : Render(3, PartPose.At(-500, -500, 1 + radius, 0));

        Assert.False(FramePreparer.TryPrepare(frame, new InputSpec(Side, Side, 1, Alignment: alignment), null, out _, out var error, out var isPartMissing));

        Assert.True(isPartMissing);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryPrepare_PartHalfOutsideOfTheFrame_IsMissing()
    {
        var alignment = Alignment(9, 120) with { MostOutside = 0.2, LeastCorrelation = 0.2 };
        Assert.False(FramePreparer.TryPrepare(Render(3, PartPose.At(128 + 115, 128, 76, 0)), new InputSpec(Side, Side, 1, Alignment: alignment), null, out _, out _, out var isPartMissing));
        Assert.True(isPartMissing);
    }

    [Fact]
    public void TryPrepare_WhatTheCameraHasNotSeen_IsNotJudged()
    {
        using var prepared = Prepare(Render(3, PartPose.At(128 + 16, 128, 76, 0)), new InputSpec(128, 128, 1, Alignment: Alignment(9, 20)));

        // The part lies 16 pixels to the right, so that the reference's last 16 columns, 8 of the input, are outside of the frame.
        var leftOut = prepared.LeftOut.ToArray();
        Assert.True(Enumerable.Range(0, 128).All(y => leftOut[(y * 128) + 123]));
        Assert.DoesNotContain(true, Enumerable.Range(0, 128).Select(y => leftOut[(y * 128) + 116]));
        Assert.Equal(new RegionOfInterest(0, 0, Side, Side), prepared.Area.Region);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Detect_SpeckOnAMovedPart_IsShownWhereItIsOnTheFrame(bool hasArea)
    {
        var pose = PartPose.At(136, 122, 76, 10);
        var part = SyntheticParts.Render(9, Side, Side, null, pose);
        for (var y = 150; y < 158; y++)
            for (var x = 140; x < 148; x++) part.Bgr.AsSpan(((y * Side) + x) * 3, 3).Fill(255);
        var area = hasArea ? new InspectionArea(new RegionOfInterest(60, 60, 136, 136), [new AreaShape(AreaShapeKind.Rectangle, [60, 60, 110, 110])]) : null;
        var input = new InputSpec(128, 128, 1, Alignment: Alignment(30, 20), Area: area);
        using var detector = new IdentityDetector(input);
        using var prepared = Prepare(part.ToFrame(default), input);

        var map = detector.Detect([prepared])[0].Map;

        var region = map.FindRegions(0.97f)[0];
        Assert.InRange(region.X + (region.Width / 2.0), 142, 146);
        Assert.InRange(region.Y + (region.Height / 2.0), 152, 156);
        Assert.Equal(hasArea ? area!.Region : new RegionOfInterest(0, 0, Side, Side), map.Area.Region);
        Assert.Equal(hasArea ? 1 : 0, map.Area.LeftOut.Count);
        Assert.True(map.Region.IsInside(Side, Side));
    }

    [Fact]
    public void Json_OfAnInput_KeepsTheAlignmentAndOldFilesHaveNone()
    {
        var input = new InputSpec(128, 128, 1, Alignment: Alignment(30, 20));
        var read = JsonSerializer.Deserialize<InputSpec>(JsonSerializer.Serialize(input, JsonSerializerOptions.Web), JsonSerializerOptions.Web);

        Assert.Equal(input, read);
        Assert.Null(read!.Alignment!.Check());
        Assert.DoesNotContain("alignment", JsonSerializer.Serialize(new InputSpec(128, 128, 1), JsonSerializerOptions.Web), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Check_WhatIsNoAlignment_SaysWhy()
    {
        var good = Alignment(30, 20);
        Assert.Null(good.Check());
        Assert.Contains("largest turn", (good with { MostAngle = 200 }).Check(), StringComparison.Ordinal);
        Assert.Contains("largest turn", (good with { MostAngle = double.NaN }).Check(), StringComparison.Ordinal);
        Assert.Contains("least correlation", (good with { LeastCorrelation = 2 }).Check(), StringComparison.Ordinal);
        Assert.Contains("reference", new PartAlignment(Side, Side, new byte[30], 1, 1, 0, 0.5, 0).Check(), StringComparison.Ordinal);
        Assert.Contains("reference", new PartAlignment(Side, 2 * Side, good.Reference, 1, 1, 0, 0.5, 0).Check(), StringComparison.Ordinal);
    }

    /// <summary>By a reference that is the mean of parts at one place.</summary>
    private static PartAlignment Alignment(double mostAngle, double mostShift)
    {
        var (width, height) = PartFinder.SizeOf(Side, Side);
        var mean = new float[width * height];
        for (var i = 0; i < 8; i++)
        {
            var values = TestImages.Prepare(Render(i, s_reference), new InputSpec(width, height, 1));
            for (var at = 0; at < mean.Length; at++) mean[at] += values[at] / 8;
        }

        return new PartAlignment(Side, Side, PartAlignment.Encode(mean, width, height), mostShift, mostAngle, 0.05, 0.5, 0.1);
    }

    private static Mat Bracket()
    {
        var mat = new Mat(Side, Side, MatType.CV_8UC1, Scalar.All(70));
        Cv2.FillPoly(mat, [[new Point(70, 60), new Point(110, 60), new Point(110, 150), new Point(190, 150), new Point(190, 195), new Point(70, 195)]], Scalar.All(180));
        Cv2.Circle(mat, new Point(90, 85), 10, Scalar.All(30), -1);
        Cv2.Circle(mat, new Point(165, 172), 7, Scalar.All(240), -1);
        Cv2.GaussianBlur(mat, mat, new Size(5, 5), 1.2);
        return mat;
    }

    private static Frame Grey(Mat mat)
    {
        mat.GetArray(out byte[] pixels);
        return TestImages.Raw(PixelFormat.Mono8, mat.Width, mat.Height, pixels);
    }

    private static Frame Render(int seed, PartPose pose, PartDefect? defect = null) => SyntheticParts.Render(seed, Side, Side, defect, pose).ToFrame(default);

    private static PreparedFrame Prepare(Frame frame, InputSpec input)
    {
        Assert.True(FramePreparer.TryPrepare(frame, input, null, out var prepared, out var error), error);
        return prepared;
    }

    private static double Difference(PreparedFrame one, PreparedFrame other)
    {
        var (a, b) = (one.Values.ToArray(), other.Values.ToArray());
        return a.Zip(b).Where((_, i) => (i % 128) is > 10 and < 118 && (i / 128 % 128) is > 10 and < 118).Average(p => Math.Abs(p.First - p.Second));
    }
}
