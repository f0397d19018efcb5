using AnomalyLine.Demo;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class NormalizationChoiceTests : IDisposable
{
    private static readonly string[] Figures = ["measuredPlantedImageAuroc", "measuredPlantedPixelAuroc", "plainPlantedImageAuroc", "plainPlantedPixelAuroc"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(56, 1, false)] // 11 held out; a tenth of 45 is 4
    [InlineData(57, 1, true)] // 11 held out; a tenth of 46 is 5
    [InlineData(500, 4, false)] // clips
    public void IsPossible_FramesAndClips_AsStated(int normals, int clip, bool expected) =>
        Assert.Equal(expected, NormalizationChoice.IsPossible(new InputSpec(32, 32, 1, clip), normals, 0.2));

    [Fact]
    public void Measures_OneSeesAndOneIsBlind_TakesTheOneThatSees()
    {
        var normals = Enumerable.Range(0, 5).Select(Grey).ToArray();
        var (sees, blind) = (new DistanceFromGrey(1), new DistanceFromGrey(0));
        var metrics = new Dictionary<string, double>();
        Assert.True(NormalizationChoice.Normalizes(blind, sees, normals, metrics, CancellationToken.None));
        Assert.Equal(Figures, metrics.Keys.Order(StringComparer.Ordinal));
        Assert.True(metrics["measuredPlantedPixelAuroc"] > metrics["plainPlantedPixelAuroc"]);
        Assert.False(NormalizationChoice.Normalizes(sees, blind, normals, metrics, CancellationToken.None));
        Assert.False(NormalizationChoice.Normalizes(sees, sees, normals, metrics, CancellationToken.None));
    }

    [Fact]
    public void Train_EnoughNormals_DecidesUnlessItIsSaid()
    {
        SyntheticParts.WriteDataset(_folder["parts"], trainCount: 60, testNormals: 1, testPerDefect: 1, seed: 5, width: 64, height: 64);
        var manifest = Train([]);
        var metrics = manifest.Metrics;
        Assert.Equal(43, manifest.TrainingSet.Count); // of 60, 12 are held out and 5 decide
        Assert.Equal(
            metrics["measuredPlantedImageAuroc"] + metrics["measuredPlantedPixelAuroc"] > metrics["plainPlantedImageAuroc"] + metrics["plainPlantedPixelAuroc"],
            manifest.Options["normalise"]!.GetValue<bool>());

        Assert.Equal(TorchEngine.ComputesInBfloat16, manifest.Bfloat16 is not null);
        if (manifest.Bfloat16 is { } half)
        {
            Assert.InRange(half.ScoreDifference, 1e-6, 0.5);
            Assert.InRange(half.MapDifference, 1e-6, 0.5);
            Assert.InRange(half.Speed, 0.01, 100);
        }

        var said = Train(new() { ["normalise"] = "true" });
        Assert.True(said.Options["normalise"]!.GetValue<bool>());
        Assert.Equal(48, said.TrainingSet.Count);
        Assert.DoesNotContain(Figures[0], said.Metrics.Keys);
        Assert.Null(said.Bfloat16);
    }

    private ModelManifest Train(Dictionary<string, string> options)
    {
        var request = new TrainingRequest
        {
            Method = "ae-l2",
            DataFolder = _folder["parts"],
            Output = _folder["part.alm"],
            Preset = "fast",
            Epochs = 1,
            Device = "cpu",
            Options = new Dictionary<string, string>(options) { ["width"] = "4", ["latent"] = "4" },
        };
        _ = Trainer.Train(request, cancel: TestContext.Current.CancellationToken);
        using var model = ModelLoader.Load(request.Output, "cpu");
        return model.Manifest;
    }

    private string Grey(int number)
    {
        var path = _folder[$"{number}.png"];
        using var mat = new Mat(32, 32, MatType.CV_8UC1, Scalar.All(128));
        Assert.True(Cv2.ImWrite(path, mat));
        return path;
    }

    /// <summary>Map and score by how far pixels are from the middle grey, times a weight; with weight 0 it is blind.</summary>
    private sealed class DistanceFromGrey(float weight) : IDetector
    {
        public string Version => "distance";

        public InputSpec Input { get; } = new(32, 32, 1);

        public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames) => [.. frames.Select(frame =>
        {
            var map = frame.Values.ToArray().Select(v => weight * Math.Abs(v - (128 / 255f))).ToArray();
            return new DetectionResult(new AnomalyMap(32, 32, map, frame.Region), map.Max());
        })];

        public void Dispose()
        {
        }
    }
}
