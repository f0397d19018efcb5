using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class ChannelChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AreGrey_FilesOfOneAndOfThreeEqualChannels_True()
    {
        Write("0.png", MatType.CV_8UC1, Scalar.All(90));
        Write("1.png", MatType.CV_8UC3, Scalar.All(120));
        Assert.True(TrainingFrames.AreGrey(Files(), null, CancellationToken.None));
    }

    [Theory]
    [InlineData(121, 120, 120)] // each channel by itself counts
    [InlineData(120, 121, 120)]
    [InlineData(120, 120, 121)]
    public void AreGrey_OneFrameWithAColour_False(double blue, double green, double red)
    {
        Write("0.png", MatType.CV_8UC1, Scalar.All(90));
        Write("1.png", MatType.CV_8UC3, new Scalar(blue, green, red));
        Assert.False(TrainingFrames.AreGrey(Files(), null, CancellationToken.None));
    }

    [Theory]
    [InlineData("fast", null, 1)]
    [InlineData("fast", "3", 3)]
    [InlineData("paper", null, 3)]
    public void Train_GreyFrames_TakesOneChannelUnlessItIsSaidOrThePapers(string preset, string? channels, int expected)
    {
        Directory.CreateDirectory(_folder["train/good"]);
        for (var i = 0; i < 6; i++) Write($"train/good/{i}.png", MatType.CV_8UC1, Scalar.All(60 + (20 * i)));
        var options = new Dictionary<string, string> { ["size"] = "128", ["width"] = "4", ["latent"] = "4" };
        if (channels is not null) options.Add("channels", channels);
        var manifest = Trainer.Train(
            new TrainingRequest { Method = "ae-l2", DataFolder = _folder.Path, Output = _folder["part.alm"], Preset = preset, Device = "cpu", Epochs = 1, Options = options },
            cancel: TestContext.Current.CancellationToken).Manifest;
        Assert.Equal(expected, manifest.Input.Channels);
        using var model = ModelLoader.Load(_folder["part.alm"], "cpu");
        Assert.Equal(expected, model.Input.Channels);
    }

    private string[] Files() => Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).ToArray();

    private void Write(string name, MatType type, Scalar colour)
    {
        using var mat = new Mat(32, 48, type, colour);
        Assert.True(Cv2.ImWrite(_folder[name], mat));
    }
}
