using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inference;

/// <summary>Two ways to judge the same frames, side by side.</summary>
/// <param name="one">The way that is known to be right.</param>
/// <param name="other">The way that is tried.</param>
internal sealed class EngineComparison(Func<IReadOnlyList<PreparedFrame>, IReadOnlyList<DetectionResult>> one, Func<IReadOnlyList<PreparedFrame>, IReadOnlyList<DetectionResult>> other)
{
    private const int Rounds = 15;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    /// <summary>Largest difference of scores and of places in maps, each as a part of the largest value; NaN where there is one.</summary>
    public (float Score, float Map) Difference(IReadOnlyList<PreparedFrame> frames)
    {
        var (scores, maps, largestScore, largestPlace) = (0f, 0f, float.Epsilon, float.Epsilon);
        foreach (var frame in frames)
        {
            var (expected, actual) = (one([frame])[0], other([frame])[0]);
            scores = MathF.Max(scores, MathF.Abs(expected.Score - actual.Score));
            largestScore = MathF.Max(largestScore, MathF.Abs(expected.Score));
            var places = expected.Map.Values;
            var others = actual.Map.Values;
            for (var i = 0; i < places.Length; i++)
            {
                maps = MathF.Max(maps, MathF.Abs(places[i] - others[i]));
                largestPlace = MathF.Max(largestPlace, MathF.Abs(places[i]));
            }
        }

        return (scores / largestScore, maps / largestPlace);
    }

    /// <summary>Milliseconds of a lone frame and, where that does not take too long, of the largest batch: the least of several of each way.</summary>
    public IReadOnlyList<(int Batch, double One, double Other)> Measure(IReadOnlyList<PreparedFrame> frames, int maxBatchSize)
    {
        var times = new List<(int Batch, double One, double Other)> { Measure([frames[0]]) };
        if (maxBatchSize > 1 && times[0].One * maxBatchSize < Budget.TotalMilliseconds)
            times.Add(Measure([.. Enumerable.Range(0, maxBatchSize).Select(i => frames[i % frames.Count])]));
        return times;
    }

    /// <summary>Geometric mean of the other's share of the one's time.</summary>
    public static double Share(IReadOnlyList<(int Batch, double One, double Other)> times) => Math.Exp(times.Average(t => Math.Log(t.Other / t.One)));

    /// <summary>They take turns, so that what else the machine does meets both; the least times are what they need.</summary>
    private (int Batch, double One, double Other) Measure(IReadOnlyList<PreparedFrame> frames)
    {
        var (least, leastOther) = (double.PositiveInfinity, double.PositiveInfinity);
        var start = Stopwatch.GetTimestamp();

        // The first round warms up.
        for (var round = 0; round <= Rounds && (round <= 1 || Stopwatch.GetElapsedTime(start) < Budget); round++)
        {
            var (ms, otherMs) = (Time(one, frames), Time(other, frames));
            if (round > 0) (least, leastOther) = (Math.Min(least, ms), Math.Min(leastOther, otherMs));
        }

        return (frames.Count, least, leastOther);
    }

    private static double Time(Func<IReadOnlyList<PreparedFrame>, IReadOnlyList<DetectionResult>> detect, IReadOnlyList<PreparedFrame> frames)
    {
        var start = Stopwatch.GetTimestamp();
        _ = detect(frames);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
