using AnomalyLine.Detection.Thresholds;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Thresholds;

public sealed class CalibratorTests
{
    [Fact]
    public void Calibrate_NinetyNineNormalsForOnePercent_TakesTheLargestAndCertifies()
    {
        var calibration = Calibrator.Calibrate(Scores(99), Scores(99, 100), 0.01);
        Assert.Equal(99, calibration.Threshold);
        Assert.Equal(9900, calibration.PixelThreshold);
        Assert.True(calibration.IsCertified);
        Assert.Equal(0.01, calibration.CertifiedFalseRejectRate, 12);
        Assert.Equal(99, calibration.Count);
    }

    [Fact]
    public void Calibrate_NineteenNormalsForTenPercent_TakesTheEighteenth()
    {
        // k = ceil(20 x 0.9) = 18.
        var calibration = Calibrator.Calibrate(Scores(19), Scores(19), 0.1);
        Assert.Equal(18, calibration.Threshold);
        Assert.Equal(0.1, calibration.CertifiedFalseRejectRate, 12);
    }

    [Fact]
    public void Calibrate_TooFewNormals_SaysHowManyAreMissing()
    {
        var calibration = Calibrator.Calibrate(Scores(42), Scores(42), 0.01);
        Assert.Equal(42, calibration.Threshold);
        Assert.False(calibration.IsCertified);
        Assert.Equal(1.0 / 43, calibration.CertifiedFalseRejectRate, 12);
        Assert.StartsWith("1 % asks for 99 different held-out normal parts; there are 42, 57 too few.", calibration.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Calibrate_Quantile_LiesBetweenTheTwoNearestScores()
    {
        // Position 0.9 x 10 = 9 of 0..10.
        var calibration = Calibrator.Calibrate(Scores(11), Scores(11, 2), 0.1, CalibrationKind.Quantile);
        Assert.Equal(10, calibration.Threshold, 5);
        Assert.Equal(20, calibration.PixelThreshold, 5);

        // One of 11 scores is above, so a twelfth is above it with at most 2 / 12.
        Assert.Equal(2.0 / 12, calibration.CertifiedFalseRejectRate, 12);
        Assert.False(calibration.IsCertified);
        Assert.Equal(1.9, Calibrator.Calibrate([2, 1], [1, 2], 0.1, CalibrationKind.Quantile).Threshold, 5);
    }

    [Fact]
    public void Calibrate_AnyScores_RejectsNoMoreThanCertified()
    {
        // Leave-one-out over exchangeable draws: the chance that any one of n + 1 scores exceeds the threshold of the n others, exactly.
        var samples = from count in Gen.Int[2, 40] from scores in Gen.Int[0, 25].Select(level => level / 8f).Array[count] select scores;
        Gen.Select(samples, Gen.Double[0.01, 0.6], Gen.Enum<CalibrationKind>()).Sample((scores, wanted, kind) =>
        {
            var rejected = 0;
            var bound = 0.0;
            for (var i = 0; i < scores.Length; i++)
            {
                float[] others = [.. scores[..i], .. scores[(i + 1)..]];
                var calibration = Calibrator.Calibrate(others, others, wanted, kind);
                if (scores[i] > calibration.Threshold) rejected++;
                bound = Math.Max(bound, calibration.CertifiedFalseRejectRate);
                if (kind == CalibrationKind.Conformal) Assert.Equal(others.Length + 1e-6 >= (1 / wanted) - 1, calibration.IsCertified);
                if (calibration.IsCertified) Assert.True(calibration.CertifiedFalseRejectRate <= wanted + 1e-9);
            }

            Assert.True(rejected / (double)scores.Length <= bound + 1e-9, $"{rejected} of {scores.Length} rejected, {bound} certified");
        });
    }

    [Fact]
    public void Calibrate_ManySimulatedLines_RejectsAboutTheWantedRateOnAverage()
    {
        const int lines = 3000, held = 59;
        const double wanted = 0.05;
        var random = new Random(7);
        var rejected = 0;
        for (var line = 0; line < lines; line++)
        {
            var scores = Enumerable.Range(0, held).Select(_ => MathF.Exp(random.NextSingle() * 5)).ToArray();
            if (MathF.Exp(random.NextSingle() * 5) > Calibrator.Calibrate(scores, scores, wanted).Threshold) rejected++;
        }

        // 3 of 60 ranks are above: 0.05, with a standard error of 0.004.
        Assert.InRange(rejected / (double)lines, 0.034, 0.066);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Calibrate_ImpossibleRate_Throws(double wanted) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibrator.Calibrate([1], [1], wanted));

    [Fact]
    public void Calibrate_ScoresThatCannotBe_Throws()
    {
        Assert.Throws<ArgumentException>(() => Calibrator.Calibrate([], [], 0.1));
        Assert.Throws<ArgumentException>(() => Calibrator.Calibrate([1, 2], [1], 0.1));
        Assert.Throws<ArgumentException>(() => Calibrator.Calibrate([float.NaN], [1], 0.1));
        Assert.Throws<ArgumentException>(() => Calibrator.Calibrate([1], [float.PositiveInfinity], 0.1));
    }

    /// <summary>1..count times a factor, highest first: the order must not matter.</summary>
    private static float[] Scores(int count, float factor = 1) => [.. Enumerable.Range(1, count).Reverse().Select(i => i * factor)];
}
