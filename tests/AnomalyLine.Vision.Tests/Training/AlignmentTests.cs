using AnomalyLine.Demo;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Export;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>Models that align parts: what normal frames teach, and what comes of it.</summary>
[Trait("Speed", "Slow")]
public sealed class AlignmentTests : IDisposable
{
    private const int Side = 128;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_MovedParts_LearnsLimitsAndFindsThemInBothEngines()
    {
        var area = new InspectionArea(new RegionOfInterest(16, 16, 96, 96), [new AreaShape(AreaShapeKind.Rectangle, [16, 16, 40, 40])]);
        var manifest = Train("on", "part.alm", area: area);

        var alignment = manifest.Input.Alignment!;
        Assert.Equal((Side, Side, area), (alignment.FrameWidth, alignment.FrameHeight, manifest.Input.Area));
        Assert.InRange(alignment.MostShift, 5, 20);
        Assert.InRange(alignment.MostAngle, 6, 25);
        Assert.InRange(alignment.LeastCorrelation, 0.3, 0.95);
        Assert.Contains(manifest.Notes, note => note.StartsWith("parts are aligned", StringComparison.Ordinal));
        Assert.Equal(manifest.Input, ModelFile.ReadManifest(_folder["part.alm"]).Manifest.Input);
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        using var onnx = ModelLoader.Load(_folder["part.alm"], "cpu", ServingEngine.Onnx);
        using PreparedFrame one = Prepare(Render(500, 5, -4, 7), model.Input), other = Prepare(Render(501, -5, 3, -7), model.Input);
        var together = model.Detect([one, other]);
        Assert.Equal(model.Detect([one])[0].Score, together[0].Score, 1e-5f * together[0].Score);
        Assert.Equal(model.Detect([other])[0].Score, together[1].Score, 1e-5f * together[1].Score);
        Assert.Equal(together[0].Score, onnx.Detect([one])[0].Score, 1e-3f * together[0].Score);
        Assert.Equal(together[0].Map.Region, onnx.Detect([one])[0].Map.Region);

        Assert.Contains("without alignment", Assert.Throws<ModelFileException>(() => OnnxFile.Write(_folder["part.alm"], _folder["part.onnx"])).Message, StringComparison.Ordinal);
        Cv2.ImWrite(_folder["empty.png"], new Mat(Side, Side, MatType.CV_8UC3, Scalar.All(90)));
        Assert.Throws<PartNotFoundException>(() => ClipFile.Prepare(_folder["empty.png"], model.Input));
    }

    [Fact]
    public void Train_Auto_LeavesAloneWhatLiesAlikeOrCannotBeFound()
    {
        var alike = Train("auto", "alike.alm", most: 0.2);
        Assert.Null(alike.Input.Alignment);
        Assert.Contains(alike.Notes, note => note.Contains("parts lie alike", StringComparison.Ordinal));

        for (var i = 0; i < 16; i++) Cv2.ImWrite(_folder[$"train/good/{i:00}.png"], Fabric(i));
        var fabric = Train("auto", "fabric.alm", draw: false);
        Assert.Null(fabric.Input.Alignment);
        Assert.Contains(fabric.Notes, note => note.Contains("cannot be aligned", StringComparison.Ordinal));
        Assert.Contains("--align off", Assert.Throws<TrainingException>(() => Train("on", "no.alm", draw: false)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["no.alm"]));
    }

    [Fact]
    public void Train_FromAnAlignedModel_AlignsAsItDoesAndNotOtherwise()
    {
        var parent = Train("on", "parent.alm");
        var refused = Assert.Throws<TrainingException>(() => Train("off", "child.alm", from: "parent.alm", first: 16));
        Assert.Contains("were aligned", refused.Message, StringComparison.Ordinal);
        Assert.Equal(parent.Input.Alignment, Train(null, "child.alm", from: "parent.alm", first: 16).Input.Alignment);
    }

    [Fact]
    public void Train_ByTiles_AlignsTheFrameFirst()
    {
        var manifest = Train("on", "tiles.alm", method: "patchcore", tiles: true);
        Assert.NotNull(manifest.Input.Tiles);
        Assert.NotNull(manifest.Input.Alignment);
        using var model = ModelLoader.Load(_folder["tiles.alm"], "cpu");
        using var prepared = Prepare(Render(500, 5, -4, 7), model.Input);
        Assert.Equal(new RegionOfInterest(0, 0, Side, Side), model.Detect([prepared])[0].Map.Region);
    }

    private ModelManifest Train(string? align, string name, string method = "padim", InspectionArea? area = null, string? from = null, bool draw = true, int first = 0, double most = 6, bool tiles = false)
    {
        Directory.CreateDirectory(_folder["train/good"]);
        var random = new Random(first + 1);
        for (var i = first; draw && i < first + 16; i++)
        {
            double Within(double range) => ((2 * random.NextDouble()) - 1) * range;
            var part = Render(i, Within(most), Within(most), Within(1.3 * most));
            using var mat = Mat.FromPixelData(Side, Side, MatType.CV_8UC3, part.Bgr);
            Assert.True(Cv2.ImWrite(_folder[$"train/good/{i:00}.png"], mat));
        }

        var options = from is not null ? [] : new Dictionary<string, string> { ["size"] = "64", ["layers"] = "1,2" };
        if (from is null && method == "padim") options["sigma"] = "2";
        if (tiles) (options["tileColumns"], options["tileRows"], options["tileOverlap"]) = ("2", "2", "16");
        if (align is not null) options["align"] = align;
        return Trainer.Train(
            new TrainingRequest { Method = method, DataFolder = _folder.Path, Output = _folder[name], Preset = "fast", Device = "cpu", Area = area, From = from is null ? null : _folder[from], Options = options },
            cancel: TestContext.Current.CancellationToken).Manifest;
    }

    private static RenderedPart Render(int seed, double right, double down, double angle) =>
        SyntheticParts.Render(seed, Side, Side, null, PartPose.At((Side / 2.0) + right, (Side / 2.0) + down, 0.3 * Side, angle));

    private static PreparedFrame Prepare(RenderedPart part, InputSpec input)
    {
        Assert.True(FramePreparer.TryPrepare(part.ToFrame(default), input, null, out var prepared, out var error), error);
        return prepared;
    }

    /// <summary>Threads that look alike everywhere, at a random place.</summary>
    private static Mat Fabric(int seed)
    {
        var random = new Random(seed);
        var (right, down) = (random.Next(32), random.Next(32));
        var mat = new Mat(Side, Side, MatType.CV_8UC3);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var value = (byte)(128 + (40 * Math.Sin((x + right) * 0.9)) + (30 * Math.Sin((y + down) * 0.7)) + random.Next(-12, 13));
                mat.Set(y, x, new Vec3b(value, value, value));
            }
        }

        return mat;
    }
}
