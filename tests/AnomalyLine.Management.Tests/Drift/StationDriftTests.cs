using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Drift;

namespace AnomalyLine.Management.Tests.Drift;

public sealed class StationDriftTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Measure_LampDims_OneAlarmThatNamesTheLamp()
    {
        var drift = new StationDrift("press-1", [], 1, isLearnt: true, 1e6);
        var random = new Random(1);
        var alarms = new List<DriftAlarm>();
        for (var part = 0; part < 200; part++)
            alarms.AddRange(drift.Measure(new FrameStatistics((part < 100 ? 0.5 : 0.4) + (0.01 * random.NextDouble()), random.NextDouble(), random.NextDouble(), random.NextDouble()), s_now));

        var alarm = Assert.Single(alarms);
        Assert.Equal(("press-1", DriftSignal.Brightness, false), (alarm.Station, alarm.Signal, alarm.Rises));
        Assert.Contains("darker (from 0.5", alarm.Reason, StringComparison.Ordinal);
        Assert.Contains("lamp", alarm.Suggestion, StringComparison.Ordinal);
        Assert.InRange(alarm.Parts, 105, 160);
    }

    [Fact]
    public void Score_AtOrAboveTheCut_IsNotAnOkPartsScore()
    {
        float[] scores = [0.1f, 0.2f, 0.5f, 0.6f];
        var drift = new StationDrift("press-1", [.. scores.Select(score => new CalibrationFrame("", score, score, new FrameStatistics(0.5, 1, 0.5, 0.5)))], 0.5f, isLearnt: false, 1000);
        Assert.Equal((2, 4, 0), (drift.Detectors[DriftSignal.Score].References, drift.Detectors[DriftSignal.Rejects].References, drift.Detectors[DriftSignal.Brightness].References));
        drift.Judged(0.5f, false, s_now);
        drift.Judged(0.6f, true, s_now);
        Assert.Equal(0, drift.Detectors[DriftSignal.Score].Count);
        drift.Judged(0.4f, false, s_now);
        Assert.Equal((1, 3), (drift.Detectors[DriftSignal.Score].Count, drift.Detectors[DriftSignal.Rejects].Count));
    }

    [Fact]
    public void Judged_AllPartsRejected_AlarmThoughNoScoreIsOk()
    {
        var drift = new StationDrift("press-1", [], 0.5f, isLearnt: true, 1e6);
        var alarms = Enumerable.Range(0, 400).SelectMany(part => drift.Judged(part < 300 ? 0.1f : 0.9f, part >= 300, s_now)).ToArray();
        Assert.Equal((DriftSignal.Rejects, true), (Assert.Single(alarms).Signal, alarms[0].Rises));
        Assert.InRange(alarms[0].Parts, 315, 350);
    }

    [Fact]
    public void TryMeasure_DarkerBlurredShifted_MovesTheirOwnStatistic()
    {
        var plain = Statistics(1, 0, 0);
        var darker = Statistics(0.7, 0, 0);
        var shifted = Statistics(1, 20, 8);
        Assert.Equal(plain.Brightness * 0.7, darker.Brightness, 2);
        Assert.Equal(plain.Sharpness, darker.Sharpness, 1);
        Assert.Equal(plain.CentreX + (20 / 255.0), shifted.CentreX, 2);
        Assert.Equal(plain.CentreY + (8 / 255.0), shifted.CentreY, 2);
    }

    /// <summary>A bright square of 60 pixels on a grey ground of 256 x 256.</summary>
    private static FrameStatistics Statistics(double light, int right, int down)
    {
        var pixels = new byte[256 * 256];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(((i % 256) - right) is >= 90 and < 150 && ((i / 256) - down) is >= 90 and < 150 ? 200 * light : 100 * light);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 256, 256, 0, pixels, s_now, out var frame, out _));
        Assert.True(FrameStatistics.TryMeasure(frame, null, null, out var statistics, out _));
        return statistics;
    }
}
