using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class CrossCalibrationTests(TrainedMethods trained)
{
    [Fact]
    public void Cross_Parts_AreEachInOneFoldAndNeverLearntFromThere()
    {
        var files = Enumerable.Range(0, 23).Select(i => $"{i:00}.png").ToArray();
        var (all, folds) = NormalSplit.Cross(PartGroups.Single(files), seed: 1, folds: 5, validate: false);
        Assert.Equal(files, all.Trained.Order(StringComparer.Ordinal));
        Assert.Equal(files, folds.SelectMany(f => f.HeldOut).Order(StringComparer.Ordinal));
        Assert.All(folds, fold =>
        {
            Assert.Empty(fold.HeldOut.Intersect(fold.Trained));
            Assert.Empty(fold.HeldOut.Intersect(fold.Learnt));
            Assert.Equal(23, fold.HeldOut.Count + fold.Trained.Count);
        });
    }

    [Fact]
    public void Cross_Validation_IsNeitherTrainedOnNorHeldOut()
    {
        var files = Enumerable.Range(0, 30).Select(i => $"{i:00}.png").ToArray();
        var (_, folds) = NormalSplit.Cross(PartGroups.Single(files), seed: 1, folds: 5, validate: true);
        Assert.All(folds, fold =>
        {
            Assert.NotEmpty(fold.Validated);
            Assert.Empty(fold.Validated.Intersect(fold.Trained.Concat(fold.HeldOut)));
        });
    }

    [Fact]
    public void Train_MethodThatLearnsAtOnce_CertifiesWithAllPartsWhereHeldOutOnesAreTooFew()
    {
        var manifest = trained.Of("subspace").Result.Manifest;
        Assert.Equal((CalibrationKind.Cross, 40), (manifest.Calibration.Kind, manifest.Calibration.Count));
        Assert.Equal(40, manifest.TrainingSet.Count);
        Assert.Contains("scored by a model that had not learnt from it", manifest.Calibration.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_CrossAskedFor_ThresholdIsThatOfModelsThatHaveNotSeenTheParts()
    {
        var path = Path.Combine(trained.DataFolder, "..", "cross.alm");
        var request = new TrainingRequest
        {
            Method = "subspace",
            DataFolder = trained.DataFolder,
            Output = path,
            Calibration = CalibrationKind.Cross,
            FalseRejectRate = 0.1,
            Options = new Dictionary<string, string> { ["size"] = "64", ["layers"] = "1,2" },
        };
        Trainer.Train(request, cancel: TestContext.Current.CancellationToken);
        using var model = Learning.Catalog.ModelLoader.Load(path, "cpu");
        var manifest = model.Manifest;
        Assert.True(manifest.Calibration.IsCertified);

        // The parts that the model has learnt from score below their scores by models that have not.
        var own = DatasetFolder.Open(trained.DataFolder).TrainNormals.Select(file =>
        {
            using var frame = TrainedMethods.Prepare(file, model.Input);
            return model.Detect([frame])[0].Score;
        }).ToArray();
        Assert.True(own.Count(score => score > manifest.Calibration.Threshold) < 4);
        Assert.True(CalibrationFrame.Read(path, ModelFile.Read(path).Files)!.Average(f => f.Score) > own.Average());
    }

    [Fact]
    public void Calibrate_Cross_TakesTheSameRankAndSaysWhatItRestsOn()
    {
        float[] scores = [.. Enumerable.Range(1, 120).Select(i => (float)i)];
        var cross = Calibrator.Calibrate(scores, scores, 0.01, CalibrationKind.Cross);
        var split = Calibrator.Calibrate(scores, scores, 0.01);
        Assert.Equal((split.Threshold, split.CertifiedFalseRejectRate, true), (cross.Threshold, cross.CertifiedFalseRejectRate, cross.IsCertified));
        Assert.DoesNotContain("held-out", cross.Note, StringComparison.Ordinal);
        Assert.Contains("cross calibration on 120", cross.Note, StringComparison.Ordinal);
    }
}
