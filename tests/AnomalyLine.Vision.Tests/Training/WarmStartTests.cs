using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
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

    [Theory]
    [InlineData("padim")]
    [InlineData("patchcore")]
    [InlineData("subspace")]
    public void Train_OneMoreFrameOfAMethodThatLearnsAtOnce_AddsItAndKeepsWhatCalibrated(string method)
    {
        var parent = trained.Of(method).Result;
        using var folder = WithNewFrames(1);

        var child = Train(folder, parent.Path, method);

        // The parent has learnt from all 40 frames and was calibrated by cross validation: its scores stay, and the note says so.
        Assert.Equal(CalibrationKind.Cross, child.Manifest.Calibration.Kind);
        Assert.Equal((parent.Version, 41), (child.Manifest.Parent, child.Manifest.TrainingSet.Count));
        Assert.Equal(CalibrationFrame.Read(parent.Path), CalibrationFrame.Read(child.Path));
        Assert.Contains("40 of 40 calibration scores", string.Concat(child.Manifest.Notes), StringComparison.Ordinal);
        var added = DatasetFolder.Open(folder["parts"]).TrainNormals[^1];
        Assert.Equal([TrainingDigests.Of(added)], TrainingDigests.Read(child.Path)!.Except(TrainingDigests.Read(parent.Path)!));
        using AnomalyModel before = ModelLoader.Load(parent.Path, "cpu"), after = ModelLoader.Load(child.Path, "cpu");
        using var frame = TrainingFrames.Prepare(added, after.Input);
        Assert.True(after.Detect([frame])[0].Score < before.Detect([frame])[0].Score);
    }

    [Fact]
    public void Train_OneMoreFrameAndThoseThatCalibrated_JudgesThemAnew()
    {
        using var folder = WithNewFrames(0);
        var parent = Trainer.Train(
            new TrainingRequest
            {
                Method = "padim",
                DataFolder = folder["parts"],
                Output = folder["parent.alm"],
                Calibration = CalibrationKind.Conformal,
                Options = new Dictionary<string, string> { ["size"] = "64", ["dimensions"] = "20" },
            },
            cancel: TestContext.Current.CancellationToken);
        File.Copy(DatasetFolder.Open(trained.DataFolder).TestFrames.First(f => f.IsNormal).Path, folder["parts/train/good/new.png"]);

        var child = Train(folder, parent.Path, "padim");

        Assert.Equal((CalibrationKind.Conformal, 8, 33), (child.Manifest.Calibration.Kind, child.Manifest.Calibration.Count, child.Manifest.TrainingSet.Count));
        var (before, after) = (CalibrationFrame.Read(parent.Path)!, CalibrationFrame.Read(child.Path)!);
        Assert.Equal(before.Select(f => f.Sha256), after.Select(f => f.Sha256));
        Assert.NotEqual(before.Select(f => f.Score), after.Select(f => f.Score));
    }

    [Fact]
    public void Train_NothingNewOfAMethodThatLearnsAtOnce_IsRefused()
    {
        using var folder = WithNewFrames(0);

        var error = Assert.Throws<TrainingException>(() => Train(folder, trained.Of("padim").Result.Path, "padim"));

        Assert.Contains("None of 40 normal frames is new", error.Message, StringComparison.Ordinal);
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

    /// <summary>The frames that the parent knew, and up to eight that it did not.</summary>
    private TemporaryFolder WithNewFrames(int count = 8)
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["parts/train/good"]);
        var data = DatasetFolder.Open(trained.DataFolder);
        var news = data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path).Concat(data.TestFrames.Where(f => !f.IsNormal).Take(2).Select(f => f.Path));
        foreach (var (number, frame) in data.TrainNormals.Concat(news.Reverse().Take(count)).Index()) File.Copy(frame, Path.Combine(folder["parts/train/good"], $"{number:000}.png"));
        return folder;
    }
}
