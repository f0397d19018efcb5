using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class RecalibrationTests(TrainedMethods trained)
{
    [Theory]
    [InlineData(0.05, 0.95, 59)]
    [InlineData(0.01, 0.95, 299)]
    [InlineData(0.1, 0.9, 22)]
    public void Needed_RateAndConfidence_AsTheTableOfToleranceLimitsHasIt(double rate, double confidence, int expected) =>
        Assert.Equal(expected, Recalibration.Needed(rate, confidence));

    [Theory]
    [InlineData(59, 59)]
    [InlineData(92, 92)]
    [InlineData(93, 92)]
    [InlineData(124, 122)]
    public void Certify_FivePercent_TakesTheLargestRankThatHolds(int count, float expected)
    {
        // Wilks: 59, 93 and 124 frames suffice for the largest, the second and the third largest score.
        var scores = Enumerable.Range(1, count).Select(i => (float)i).ToArray();
        var certificate = Recalibration.Certify(scores, scores, 0.05, 0.95);
        Assert.Equal((expected, count), (certificate.Threshold, certificate.Count));
    }

    [Fact]
    public void Certify_OneTooFew_SaysHowManyAreMissing()
    {
        var error = Assert.Throws<TrainingException>(() => Recalibration.Certify(new float[58], new float[58], 0.05, 0.95));
        Assert.Contains("takes 59. Approve 1 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_ManyDraws_HoldsAsOftenAsItSays()
    {
        // Uniform scores: a threshold's true rate is 1 less itself.
        var random = new Random(1);
        var held = Enumerable.Range(0, 2000).Count(_ =>
        {
            var scores = Enumerable.Range(0, 93).Select(_ => (float)random.NextDouble()).ToArray();
            return 1 - Recalibration.Certify(scores, scores, 0.05, 0.95).Threshold <= 0.05;
        });
        Assert.InRange(held, 1870, 1950);
    }

    [Fact]
    public void Run_FramesThatTheModelLearntFrom_DoNotCount()
    {
        var normals = DatasetFolder.Open(trained.DataFolder).TrainNormals;
        var certificate = Recalibration.Run(trained.Of("ae-l2").Result.Path, normals, 0.3, 0.9, "cpu", TestContext.Current.CancellationToken);
        Assert.Equal((40, 8), (normals.Count, certificate.Count));
        Assert.Contains("8 different normal parts", Assert.Throws<TrainingException>(() =>
            Recalibration.Run(trained.Of("ae-l2").Result.Path, normals, 0.01, 0.95, "cpu", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}
