using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>Models of a part of the frame: what is outside is neither learnt from nor judged.</summary>
[Trait("Speed", "Slow")]
public sealed class AreaTests : IDisposable
{
    private const int Width = 160, Height = 96;

    private static readonly RegionOfInterest Part = new(16, 8, 128, 80);
    private static readonly AreaShape Label = new(AreaShapeKind.Rectangle, [24, 16, 72, 40]);
    private static readonly Point OnTheLabel = new(40, 26), OnThePart = new(110, 60), BesideThePart = new(6, 60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("padim")]
    [InlineData("patchcore")]
    [InlineData("ae-l2")]
    public void Train_WithAnArea_JudgesJustThat(string method)
    {
        var area = new InspectionArea(Part, [Label]);
        var manifest = Train(method, "good.alm", area);
        Assert.Equal(area, manifest.Input.Area);
        using var model = ModelLoader.Load(_folder["good.alm"], "cpu");

        var good = Score(model, Draw(99));

        Assert.Equal(good, Score(model, Draw(99, OnTheLabel)));
        Assert.Equal(good, Score(model, Draw(99, BesideThePart)));
        Assert.True(Score(model, Draw(99, OnThePart)) > 1.2f * good, method);
        using var prepared = Prepared(Draw(99, OnTheLabel), model.Input);
        var map = model.Detect([prepared])[0].Map;
        Assert.Equal((Part, 1), (map.Region, map.LeftOut.Count));
        Assert.DoesNotContain(map.FindRegions(0), region => region.X >= 26 && region.X + region.Width <= 70 && region.Y >= 18 && region.Y + region.Height <= 38);
    }

    /// <summary>The label changes from part to part: with it in sight the threshold must bear that, and lets defects through.</summary>
    [Fact]
    public void Train_WithAnArea_LearnsNothingOfWhatIsLeftOut()
    {
        var one = Train("padim", "one.alm", new InspectionArea(null, [Label]));
        for (var i = 0; i < 12; i++)
        {
            using var mat = Draw(i);
            Cv2.Rectangle(mat, new Rect(24, 16, 48, 24), Scalar.All(i * 20), -1);
            Assert.True(Cv2.ImWrite(_folder[$"train/good/{i}.png"], mat));
        }

        var other = Train("padim", "other.alm", new InspectionArea(null, [Label]), draw: false);

        Assert.Equal(one.Calibration.Threshold, other.Calibration.Threshold);
        Assert.Equal(ModelFile.Read(_folder["one.alm"]).Files[ModelFile.WeightsName], ModelFile.Read(_folder["other.alm"]).Files[ModelFile.WeightsName]);
    }

    [Fact]
    public void Train_FromAModelOfAnArea_KeepsItAndRefusesAnotherWhereItOnlyAdds()
    {
        var area = new InspectionArea(Part, [Label]);
        Train("padim", "good.alm", area);
        Assert.Equal(area, Train("padim", "more.alm", null, "good.alm", first: 12).Input.Area);

        var refused = Assert.Throws<TrainingException>(() => Train("padim", "more.alm", new InspectionArea(Part, []), "good.alm", first: 24));

        Assert.Contains("another area", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Frames with planted defects are judged as all others are: they keep their size, and what is not judged stays as it was.</summary>
    [Fact]
    public void Plant_InAnArea_ChangesNothingOutsideOfIt()
    {
        using var mat = Draw(1);
        Cv2.ImEncode(".png", mat, out var png);
        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, default, out var frame, out var error), error);
        var planted = PlantedDefects.Plant(frame, new InspectionArea(Part, [Label]), 1, 0);

        Assert.InRange(planted.Count, 2, PlantedDefects.Kinds);
        var plain = Values(frame);
        foreach (var one in planted)
        {
            Assert.Equal((Width, Height), (one.Frame.Width, one.Frame.Height));
            var values = Values(one.Frame);
            var changed = Enumerable.Range(0, Width * Height).Where(i => values[i] != plain[i]).Select(i => new Point(i % Width, i / Width)).ToArray();
            Assert.NotEmpty(changed);
            Assert.All(changed, at => Assert.True(at.X is >= 16 and < 144 && at.Y is >= 8 and < 88 && !(at.X is >= 24 and < 72 && at.Y is >= 16 and < 40), $"{one.Kind}: {at}"));
        }

        float[] Values(Frame of)
        {
            Assert.True(FramePreparer.TryPrepare(of, new InputSpec(Width, Height, 3), null, out var prepared, out error), error);
            using (prepared) return prepared.Values.ToArray();
        }
    }

    private ModelManifest Train(string method, string name, InspectionArea? area, string? from = null, bool draw = true, int first = 0)
    {
        Directory.CreateDirectory(_folder["train/good"]);
        for (var i = first; draw && i < first + 12; i++)
        {
            using var mat = Draw(i);
            Assert.True(Cv2.ImWrite(_folder[$"train/good/{i}.png"], mat));
        }

        var options = method == "ae-l2"
            ? new Dictionary<string, string> { ["size"] = "128", ["width"] = "8", ["latent"] = "16", ["normalise"] = "false" }
            : new Dictionary<string, string> { ["size"] = "64", ["layers"] = "1,2", ["sigma"] = "2" };
        return Trainer.Train(
            new TrainingRequest
            {
                Method = method,
                DataFolder = _folder.Path,
                Output = _folder[name],
                Preset = "fast",
                Device = "cpu",
                Area = area,
                From = from is null ? null : _folder[from],
                Options = from is null ? options : new Dictionary<string, string>(),
                Epochs = method == "ae-l2" ? 20 : null,
            },
            cancel: TestContext.Current.CancellationToken).Manifest;
    }

    private static float Score(Inference.AnomalyModel model, Mat mat)
    {
        using var prepared = Prepared(mat, model.Input);
        return model.Detect([prepared])[0].Score;
    }

    private static PreparedFrame Prepared(Mat mat, InputSpec input)
    {
        using (mat)
        {
            Cv2.ImEncode(".png", mat, out var png);
            Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, default, out var frame, out var error), error);
            Assert.True(FramePreparer.TryPrepare(frame, input, null, out var prepared, out error), error);
            return prepared;
        }
    }

    /// <summary>A part with a label on it, and a dark speck where one is asked for.</summary>
    private static Mat Draw(int seed, Point? speck = null)
    {
        var mat = new Mat(Height, Width, MatType.CV_8UC3, Scalar.All(90));
        Cv2.Rectangle(mat, new Rect(20, 12, 120, 72), new Scalar(60, 140, 180), -1);
        Cv2.Rectangle(mat, new Rect(24, 16, 48, 24), Scalar.All(230), -1);
        var random = new Random(seed);
        for (var i = 0; i < Width * Height / 8; i++)
            mat.Set(random.Next(Height), random.Next(Width), new Vec3b((byte)random.Next(80, 110), (byte)random.Next(80, 110), (byte)random.Next(80, 110)));
        if (speck is { } at) Cv2.Circle(mat, at, 5, Scalar.Black, -1);
        return mat;
    }
}
