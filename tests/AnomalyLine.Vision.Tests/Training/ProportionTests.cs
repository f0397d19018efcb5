using AnomalyLine.Imaging;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class ProportionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fast", null, 128, 32, FrameFit.Letterbox)]
    [InlineData("fast", "64", 128, 32, FrameFit.Letterbox)]
    [InlineData("fast", "70", 128, 32, FrameFit.Letterbox)]
    [InlineData("fast", "64x64", 64, 64, FrameFit.Stretch)]
    [InlineData("paper", null, 64, 64, FrameFit.Stretch)]
    public void Train_LongFrames_KeepsTheirProportionsUnlessASquareIsAskedFor(string preset, string? size, int width, int height, FrameFit fit)
    {
        var manifest = Train(preset, size ?? "64", i => Strip(240, 60, i));
        Assert.Equal((width, height, fit), (manifest.Input.Width, manifest.Input.Height, manifest.Input.Fit));
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        Assert.Equal(manifest.Input, model.Input);
    }

    [Fact]
    public void Detect_FrameOfOtherProportions_MapShowsTheFrameAlone()
    {
        Train("fast", "64", i => Strip(240, 60, i));
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        using var frame = Prepared(Strip(100, 100, 3), model.Input);
        Assert.Equal(new RegionOfInterest(48, 0, 32, 32), frame.Cover);
        var detection = model.Detect([frame])[0];
        Assert.Equal((32, 32), (detection.Map.Width, detection.Map.Height));
        Assert.Equal(new RegionOfInterest(0, 0, 100, 100), detection.Map.Region);
        Assert.Equal(detection.Map.Values.ToArray().Max(), detection.Score);
    }

    /// <summary>A batch holds frames of several proportions; each has the score that it has alone.</summary>
    [Fact]
    public void Detect_BatchOfSeveralProportions_AsOneByOne()
    {
        Train("fast", "64", i => Strip(240, 60, i));
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        PreparedFrame[] frames = [Prepared(Strip(240, 60, 4), model.Input), Prepared(Strip(100, 100, 3), model.Input), Prepared(Strip(60, 240, 5), model.Input)];
        try
        {
            var together = model.Detect(frames);
            foreach (var (frame, detection) in frames.Zip(together))
            {
                var alone = model.Detect([frame])[0];
                Assert.Equal((alone.Map.Width, alone.Map.Height), (detection.Map.Width, detection.Map.Height));
                Assert.Equal(alone.Score, detection.Score, 1e-4f * alone.Score);
            }
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }
    }

    /// <summary>Cross calibration judges encoded frames, the model prepared ones: of frames that are letterboxed the filling counts in neither.</summary>
    [Fact]
    public void Train_FramesOfSeveralProportions_AreLetterboxedAndCalibrated()
    {
        var manifest = Train("fast", "64", i => i % 2 == 0 ? Strip(120, 80, i) : Strip(80, 120, i));
        Assert.Equal(FrameFit.Letterbox, manifest.Input.Fit);
        Assert.True(float.IsFinite(manifest.Calibration.Threshold));
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        using var tall = Prepared(Strip(80, 120, 1), model.Input);
        using var wide = Prepared(Strip(120, 80, 2), model.Input);
        Assert.NotEqual(tall.Cover, wide.Cover);
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

    /// <summary>A part with an edge and a little noise.</summary>
    private static Mat Strip(int width, int height, int seed)
    {
        var mat = new Mat(height, width, MatType.CV_8UC3, Scalar.All(90));
        Cv2.Rectangle(mat, new Rect(width / 5, height / 5, width * 3 / 5, height * 3 / 5), new Scalar(60, 140, 180), -1);
        var random = new Random(seed);
        for (var i = 0; i < width * height / 4; i++)
            mat.Set(random.Next(height), random.Next(width), new Vec3b((byte)random.Next(80, 110), (byte)random.Next(80, 110), (byte)random.Next(80, 110)));
        return mat;
    }

    private Detection.Models.ModelManifest Train(string preset, string size, Func<int, Mat> draw)
    {
        Directory.CreateDirectory(_folder["train/good"]);
        for (var i = 0; i < 12; i++)
        {
            using var mat = draw(i);
            Assert.True(Cv2.ImWrite(_folder[$"train/good/{i}.png"], mat));
        }

        var options = new Dictionary<string, string> { ["size"] = size, ["layers"] = "1,2", ["sigma"] = "2", ["dimensions"] = "20" };
        return Trainer.Train(
            new TrainingRequest { Method = "padim", DataFolder = _folder.Path, Output = _folder["part.alm"], Preset = preset, Device = "cpu", Options = options },
            cancel: TestContext.Current.CancellationToken).Manifest;
    }
}
