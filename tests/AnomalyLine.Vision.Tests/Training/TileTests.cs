using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods.Patchcore;
using AnomalyLine.Learning.Training;
using OpenCvSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>Large frames, judged tile by tile.</summary>
[Trait("Speed", "Slow")]
public sealed class TileTests : IDisposable
{
    private static readonly InputSpec s_input = new(192 + 64, 128 + 32, 1, Tiles: new TileGrid(4, 2, 32));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 256, 32, 1)]
    [InlineData(256, 256, 32, 1)]
    [InlineData(257, 256, 32, 2)]
    [InlineData(480, 256, 32, 2)]
    [InlineData(481, 256, 32, 3)]
    [InlineData(512, 256, 0, 2)]
    public void Needed_Length_IsTheFewestTilesThatReachOverIt(int length, int tile, int overlap, int tiles)
    {
        Assert.Equal(tiles, TileGrid.Needed(length, tile, overlap));
        Assert.True(new TileGrid(tiles, 1, overlap).Length(tile, tiles) >= length);
    }

    [Fact]
    public void TileRegions_Together_CoverTheInputExactly()
    {
        Assert.Equal((88, 96), (s_input.ForNetwork().Width, s_input.ForNetwork().Height));
        RegionOfInterest[] regions = [.. s_input.TileRegions()];
        Assert.Equal(8, regions.Length);
        Assert.All(regions, region => Assert.True(region.IsInside(s_input.Width, s_input.Height)));
        for (var y = 0; y < s_input.Height; y++)
            for (var x = 0; x < s_input.Width; x++)
                Assert.Contains(regions, region => region.Intersect(new RegionOfInterest(x, y, 1, 1)) is not null);
    }

    /// <summary>What each tile gives is blurred by itself, so that tiles differ at their edges as networks' maps do.</summary>
    [Fact]
    public void Blend_SameDefectAnywhere_HasTheSamePeakWithinTwoPercent()
    {
        var blend = new TileBlend(s_input);
        var peaks = new List<float>();
        for (var y = 20; y < s_input.Height - 24; y += 3)
        {
            for (var x = 20; x < s_input.Width - 24; x += 5)
            {
                using var scope = NewDisposeScope();
                var frame = zeros(1, s_input.Height, s_input.Width);
                frame.narrow(1, y, 4).narrow(2, x, 4).fill_(1);
                var map = blend.Of(frame, s_input.Whole, tiles => nn.functional.avg_pool2d(tiles, 5, 1, 2).squeeze(1))!;
                peaks.Add(map.max().item<float>());
            }
        }

        Assert.InRange(peaks.Max() / peaks.Min(), 1, 1.02);
    }

    [Fact]
    public void Blend_TilesOutsideTheFrame_AreNotComputed()
    {
        var computed = 0L;
        using var scope = NewDisposeScope();
        new TileBlend(s_input).Of(ones(1, s_input.Height, s_input.Width), new RegionOfInterest(0, 0, 60, 60), tiles =>
        {
            computed += tiles.shape[0];
            return tiles.squeeze(1);
        });
        Assert.Equal(2, computed);
    }

    [Fact]
    public void ForSmallestDefect_DefectThatOneLookShows_ChangesNothing()
    {
        var options = new PatchcoreOptions { SmallestDefect = 40 };
        Assert.Equal(options, options.ForSmallestDefect(2000, 1500));
    }

    [Fact]
    public void ForSmallestDefect_SmallDefect_KeepsScaleAndCoversTheFrame()
    {
        var options = (PatchcoreOptions)new PatchcoreOptions { SmallestDefect = 4 }.ForSmallestDefect(2448, 2048);
        Assert.Empty(options.Validate());
        Assert.True(options.FrameInput.Width >= 2448 && options.FrameInput.Height >= 2048, $"{options.FrameInput}");
        Assert.Equal((256, 256), (options.Input.Width, options.Input.Height));
        Assert.Equal(FrameFit.Letterbox, options.FrameInput.Fit);
    }

    [Fact]
    public void Train_SmallestDefectGiven_FindsWhatOneLookMisses()
    {
        var coarse = Train(new() { ["size"] = "64" });
        var fine = Train(new() { ["size"] = "64", ["smallestDefect"] = "4", ["tileOverlap"] = "16" });

        Assert.Null(coarse.Manifest.Input.Tiles);
        Assert.NotNull(fine.Manifest.Input.Tiles);
        Assert.InRange(fine.Manifest.Input.Width, 320, 400);
        using var model = ModelLoader.Load(fine.Path, "cpu");
        Assert.Equal(fine.Manifest.Input, model.Input);
        foreach (var (x, y) in ((int, int)[])[(30, 40), (47, 100), (160, 120), (250, 200)])
        {
            var (good, bad) = (Judge(model, Part(100)), Judge(model, Part(100, (x, y))));
            Assert.True(bad.Score > 1.5 * good.Score, $"{x}, {y}: {bad.Score} beside {good.Score}");
            Assert.True(bad.Score > fine.Manifest.Calibration.Threshold);
            Assert.Equal(new RegionOfInterest(0, 0, 320, 240), bad.Map.Region);
            var values = bad.Map.Values.ToArray();
            var peak = Array.IndexOf(values, values.Max());
            Assert.InRange((peak % bad.Map.Width * 320.0 / bad.Map.Width) - x, -12, 16);
            Assert.InRange((peak / bad.Map.Width * 240.0 / bad.Map.Height) - y, -12, 16);
        }
    }

    [Fact]
    public void Load_TiledModel_GivesTheSameByEachEngine()
    {
        var fine = Train(new() { ["size"] = "64", ["smallestDefect"] = "4", ["tileOverlap"] = "16" });
        using var torch = ModelLoader.Load(fine.Path, "cpu", ServingEngine.Torch);
        using var onnx = ModelLoader.Load(fine.Path, "cpu", ServingEngine.Onnx);
        using var card = ModelLoader.Load(fine.Path, "cpu", ServingEngine.Card, card: new CardOptions { Provider = CardProvider.Cpu });
        Assert.Equal((ServingEngine.Onnx, ServingEngine.Card), (onnx.Engine.Engine, card.Engine.Engine));
        var expected = Judge(torch, Part(7, (90, 90))).Score;
        Assert.Equal(expected, Judge(onnx, Part(7, (90, 90))).Score, 1e-3f * expected);
        Assert.Equal(expected, Judge(card, Part(7, (90, 90))).Score, 1e-4f * expected);
    }

    [Theory]
    [InlineData("padim", "smallestDefect", "4", "takes no tiles")]
    [InlineData("patchcore", "tileColumns", "65", "tileColumns is 65")]
    [InlineData("patchcore", "tileRows", "0", "tileRows is 0")]
    [InlineData("patchcore", "smallestDefect", "-1", "smallestDefect is -1")]
    public void Train_TilesThatCannotBe_IsRefused(string method, string option, string value, string reason)
    {
        var failure = Assert.Throws<TrainingException>(() => Train(new() { ["size"] = "64", [option] = value }, method));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["part.alm"]));
    }

    [Fact]
    public void Validate_TilesThatShareMoreThanHalf_SaysSo()
    {
        var options = new PatchcoreOptions { Size = 64, Sigma = 2, TileColumns = 2, TileOverlap = 33 };
        Assert.Equal(["tileOverlap is 33; it must be 0..32 pixels, half a tile."], options.Validate());
    }

    private static DetectionResult Judge(AnomalyModel model, Mat part)
    {
        using (part)
        {
            Cv2.ImEncode(".png", part, out var png);
            Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, default, out var frame, out var error), error);
            Assert.True(FramePreparer.TryPrepare(frame, model.Input, null, out var prepared, out error), error);
            using (prepared) return model.Detect([prepared])[0];
        }
    }

    /// <summary>A grey part of 320 x 240 with a fine texture, and with a dark speck of 4 x 4.</summary>
    private static Mat Part(int seed, (int X, int Y)? speck = null)
    {
        var part = new Mat(240, 320, MatType.CV_8UC1);
        using var noise = new Mat(240, 320, MatType.CV_8UC1);
        var random = new Random(seed);
        for (var y = 0; y < 240; y++)
            for (var x = 0; x < 320; x++)
                part.Set(y, x, (byte)(140 + (8 * Math.Sin(x / 3.0)) + random.Next(-6, 7)));
        if (speck is { } at) Cv2.Rectangle(part, new Rect(at.X, at.Y, 4, 4), Scalar.All(40), -1);
        return part;
    }

    private (ModelManifest Manifest, string Path) Train(Dictionary<string, string> options, string method = "patchcore")
    {
        Directory.CreateDirectory(_folder["train/good"]);
        for (var i = 0; i < 12; i++)
        {
            using var part = Part(i);
            Assert.True(Cv2.ImWrite(_folder[$"train/good/{i}.png"], part));
        }

        if (method == "patchcore") (options["memory"], options["layers"]) = ("500", "1,2");
        var path = _folder["part.alm"];
        var request = new TrainingRequest { Method = method, DataFolder = _folder.Path, Output = path, Preset = "fast", Device = "cpu", Options = options, Calibration = CalibrationKind.Conformal };
        return (Trainer.Train(request, cancel: TestContext.Current.CancellationToken).Manifest, path);
    }
}
