using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Imaging.Png;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>Training sets of 16-bit values, of which a camera uses 10, 12, 14 or all.</summary>
[Trait("Speed", "Slow")]
public sealed class DeepFramesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(8, 0)]
    [InlineData(10, 10)]
    [InlineData(12, 12)]
    [InlineData(14, 14)]
    [InlineData(16, 16)]
    public void Train_FramesOfSomeBits_ModelKeepsThemAndPassesItsOwnCheck(int bits, int expected)
    {
        Write(bits, channels: 1);
        var result = Train("part.alm");
        Assert.Equal(expected, result.Manifest.Input.SignificantBits);
        using var model = ModelLoader.Load(result.Path, "cpu");
        Assert.Equal(expected, model.Input.SignificantBits);
    }

    [Fact]
    public void Train_SameScenesInEveryDepth_ScoresAreThoseOfEightBits()
    {
        var scores = new List<float>();
        foreach (var bits in new[] { 8, 10, 12, 14, 16 })
        {
            Write(bits, channels: 3);
            scores.Add(Train($"{bits}.alm").Manifest.Calibration.Threshold);
        }

        Assert.All(scores, score => Assert.Equal(1, score / scores[0], 0.05f));
    }

    [Fact]
    public void Train_FilesThatStateTheirBits_NeedNotReachThem()
    {
        Write(10, channels: 1, stated: 12);
        Assert.Equal(12, Train("part.alm").Manifest.Input.SignificantBits);
    }

    [Fact]
    public void Train_FromAModelThatKnowsItsBits_KeepsThemAndRefusesMore()
    {
        Write(12, channels: 1);
        var first = Train("first.alm");
        Write(10, channels: 1);
        Assert.Equal(12, Train("second.alm", first.Path).Manifest.Input.SignificantBits);
        Write(14, channels: 1);
        var error = Assert.Throws<DatasetException>(() => Train("third.alm", first.Path));
        Assert.Contains("the model's frames have 12 significant bits", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["third.alm"]));
    }

    [Fact]
    public void Load_FileOfAnEarlierRelease_TakesAllSixteenBits()
    {
        Write(8, channels: 1);
        var (manifest, _, files) = ModelFile.Read(Train("part.alm").Path);
        var options = manifest.Options.DeepClone().AsObject();
        Assert.True(options.Remove("significantBits"));
        ModelFile.Write(_folder["old.alm"], manifest with { Options = options }, files);
        using var model = ModelLoader.Load(_folder["old.alm"], "cpu");
        Assert.Equal(0, model.Input.SignificantBits);
    }

    [Fact]
    public void Batches_SixteenBits_AreNotRoundedToEight()
    {
        Write(12, channels: 1);
        var options = new AutoencoderOptions { Size = 64, Channels = 1, SignificantBits = 12 };
        var files = Directory.GetFiles(_folder["train/good"]);
        using var frames = new TrainingFrames(files, options, seed: 1, CancellationToken.None);
        using var prepared = TrainingFrames.Prepare(files[0], options.Input);
        using var batch = frames.Batches(TorchSharp.torch.CPU, CancellationToken.None).Select(b => b.clone()).First();
        var kept = batch[0].data<float>().ToArray();
        var values = prepared.Values.ToArray();
        Assert.True(values.Distinct().Count() > 256);
        for (var i = 0; i < values.Length; i++) Assert.Equal(values[i], kept[i], 1f / 65535);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(12, 16)]
    [InlineData(16, 16)]
    public void Encode_ReferenceFrame_HoldsItsValues(int bits, int depth)
    {
        Write(bits, channels: 3);
        var input = new InputSpec(48, 40, 3, SignificantBits: bits == 12 ? 12 : 0);
        using var prepared = TrainingFrames.Prepare(Directory.GetFiles(_folder["train/good"])[0], input);
        var png = ReferenceFrames.Encode(prepared);
        Assert.Equal(depth, png[24]);
        using var decoded = ReferenceFrames.Decode(png, input, out var error);
        Assert.True(decoded is not null, error);
        for (var i = 0; i < input.Length; i++) Assert.Equal(prepared.Values[i], decoded.Values[i], 1e-5f);
    }

    [Fact]
    public void Write_ModelThatItsOwnCheckRefuses_FailsWithTheReasonAndLeavesWhatWasThere()
    {
        Write(8, channels: 1);
        var good = Train("part.alm");
        var (manifest, _, files) = ModelFile.Read(good.Path);
        var wrong = manifest with { References = [manifest.References[0] with { Score = 2 * manifest.References[0].Score }, .. manifest.References.Skip(1)] };
        var before = File.ReadAllBytes(good.Path);

        var error = Assert.Throws<TrainingException>(() => Trainer.Write(_folder["new.alm"], wrong, files, "cpu"));
        _ = Assert.Throws<TrainingException>(() => Trainer.Write(good.Path, wrong, files, "cpu"));

        Assert.Contains("nothing was written", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder["new.alm"] + ": reference/1.png scores", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "new.alm*"));
        Assert.Equal(before, File.ReadAllBytes(good.Path));
    }

    [Fact]
    public void Plant_FrameOfTwelveBits_KeepsThemAndIsAsLittleStated()
    {
        Write(12, channels: 1);
        var input = new InputSpec(48, 40, 3, SignificantBits: 12);
        var frame = FrameFile.Read(Directory.GetFiles(_folder["train/good"])[0]);
        Assert.True(FramePreparer.TryPrepare(frame, input, null, out var normal, out _));
        foreach (var planted in PlantedDefects.Plant(frame, null, 3, 12))
        {
            Assert.Equal((PixelFormat.Rgb16, 0), (planted.Frame.Format, planted.Frame.SignificantBits));
            Assert.True(FramePreparer.TryPrepare(planted.Frame, input, null, out var prepared, out var error), error);
            using (prepared)
            {
                var same = 0;
                for (var i = 0; i < input.Length; i++) same += Math.Abs(prepared.Values[i] - normal.Values[i]) < 1e-4f ? 1 : 0;
                Assert.InRange(same, input.Length / 4, input.Length - 1);
            }
        }

        normal.Dispose();
    }

    private TrainingResult Train(string name, string? from = null) => Trainer.Train(
        new TrainingRequest
        {
            Method = "ae-l2",
            From = from,
            DataFolder = _folder.Path,
            Output = _folder[name],
            Preset = "fast",
            Device = "cpu",
            Epochs = 2,
            Options = from is null ? new Dictionary<string, string> { ["size"] = "128", ["width"] = "4", ["latent"] = "4" } : new Dictionary<string, string>(),
        },
        cancel: TestContext.Current.CancellationToken);

    /// <summary>The same twelve scenes whatever the bits, with a white spot: noise about mid-grey, finer than 8 bits tell.</summary>
    private void Write(int bits, int channels, int stated = 0)
    {
        Directory.CreateDirectory(_folder["train/good"]);
        var white = (1 << bits) - 1;
        for (var i = 0; i < 12; i++)
        {
            var random = new Random(i);
            var values = Enumerable.Range(0, 48 * 40 * channels).Select(at => at == 0 ? 1 : 0.5 + (0.2 * (random.NextDouble() - 0.5))).ToArray();
            Array pixels = bits == 8 ? values.Select(v => (byte)Math.Round(v * white)).ToArray() : values.Select(v => (ushort)Math.Round(v * white)).ToArray();
            var type = bits == 8 ? MatType.CV_8UC(channels) : MatType.CV_16UC(channels);
            using var mat = Mat.FromPixelData(40, 48, type, pixels);
            Cv2.ImEncode(".png", mat, out var file);
            File.WriteAllBytes(_folder[$"train/good/{i:00}.png"], PngFile.StateBits(file, stated));
        }
    }
}
