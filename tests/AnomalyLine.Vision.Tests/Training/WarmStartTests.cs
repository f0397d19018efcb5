using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Training;

public sealed class WarmStartTests(TrainedMethods trained)
{
    [Fact]
    public void Train_FromAModel_BeginsWhereItEndedAndNamesIt()
    {
        var parent = trained.Of("ae-l2").Result;
        using var folder = WithNewFrames();

        var child = Train(folder, parent.Path);

        Assert.Equal(parent.Version, child.Manifest.Parent);
        Assert.Equal(12, child.Manifest.Metrics["epochs"]);
        Assert.Equal(1.5e-3, child.Manifest.Options["learningRate"]!.GetValue<double>(), 9);
        Assert.InRange(child.Manifest.Losses[0], 0, parent.Manifest.Losses[0] / 2);
        using var model = ModelLoader.Load(child.Path, "cpu");
    }

    [Fact]
    public void Train_FromAModel_CalibratesOnNoFrameItHasLearntFrom()
    {
        var parent = trained.Of("ae-l2").Result;
        using var folder = WithNewFrames();
        var learnt = TrainingDigests.Read(parent.Path)!;
        Assert.Equal(32, learnt.Count);

        var child = Train(folder, parent.Path);

        // 40 frames of before, 32 of them learnt from, and 8 new ones: half of the 16 fresh ones calibrate.
        var all = DatasetFolder.Open(folder["parts"]).TrainNormals.Select(TrainingDigests.Of).ToHashSet(StringComparer.Ordinal);
        var since = TrainingDigests.Read(child.Path)!;
        Assert.Equal(8, child.Manifest.Calibration.Count);
        Assert.Equal(40, since.Count);
        Assert.Superset(learnt.ToHashSet(), since.ToHashSet());
        Assert.Empty(all.Except(since).Intersect(learnt));
    }

    [Fact]
    public void Train_FromAModelStartedFromAnother_KeepsItsShortSchedule()
    {
        using var folder = WithNewFrames();
        var child = Train(folder, trained.Of("ae-l2").Result.Path);

        var grandchild = Train(folder, child.Path, seed: 2);

        Assert.Equal(12, grandchild.Manifest.Metrics["epochs"]);
    }

    [Fact]
    public void Train_NoFrameIsNew_IsRefused()
    {
        var parent = trained.Of("ae-l2").Result;
        var learnt = TrainingDigests.Read(parent.Path)!;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["parts/train/good"]);
        foreach (var frame in DatasetFolder.Open(trained.DataFolder).TrainNormals.Where(f => learnt.Contains(TrainingDigests.Of(f))))
            File.Copy(frame, Path.Combine(folder["parts/train/good"], Path.GetFileName(frame)));

        var error = Assert.Throws<TrainingException>(() => Train(folder, parent.Path));

        Assert.Contains("All 32 normal frames were trained on", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ae-ssim", "", "", "is a model of 'ae-l2', not of 'ae-ssim'")]
    [InlineData("ae-l2", "latent", "33", "do not fit the options: ")]
    [InlineData("ae-l2", "channels", "1", "leave size, channels and clip as they are")]
    public void Train_FromAModelThatDoesNotFit_SaysWhy(string method, string option, string value, string reason)
    {
        using var folder = WithNewFrames();

        var error = Assert.Throws<TrainingException>(() => Train(folder, trained.Of("ae-l2").Result.Path, method, option.Length == 0 ? [] : new() { [option] = value }));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_FromNoFile_SaysSo()
    {
        using var folder = WithNewFrames();
        Assert.Contains("no such file", Assert.Throws<TrainingException>(() => Train(folder, folder["none.alm"])).Message, StringComparison.Ordinal);
    }

    private static TrainingResult Train(TemporaryFolder folder, string from, string method = "ae-l2", Dictionary<string, string>? options = null, int seed = 1) => Trainer.Train(
        new TrainingRequest
        {
            Method = method,
            DataFolder = folder["parts"],
            Output = folder[$"{Guid.NewGuid():N}.alm"],
            From = from,
            Seed = seed,
            Device = "cpu",
            Options = options ?? [],
        },
        cancel: TestContext.Current.CancellationToken);

    /// <summary>The frames that the parent knew, and eight that it did not.</summary>
    private TemporaryFolder WithNewFrames()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["parts/train/good"]);
        var data = DatasetFolder.Open(trained.DataFolder);
        var news = data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path).Concat(data.TestFrames.Where(f => !f.IsNormal).Take(2).Select(f => f.Path));
        foreach (var (number, frame) in data.TrainNormals.Concat(news).Index()) File.Copy(frame, Path.Combine(folder["parts/train/good"], $"{number:000}.png"));
        return folder;
    }
}
