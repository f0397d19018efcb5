using System.Diagnostics;

namespace AnomalyLine.Benchmarks;

/// <summary>Times of actions.</summary>
internal static class Stopwatching
{
    /// <summary>Milliseconds of one call: the median over rounds of the mean within a round. Called once first without counting.</summary>
    public static double Measure(BenchmarkOptions options, Action action) => Interleaved(options, action)[0].Median();

    /// <summary>
    /// Milliseconds of one call of each action: the mean within each round. In a round they take turns, so that what else the machine does meets all. Each is called once
    /// first without counting.
    /// </summary>
    public static double[][] Interleaved(BenchmarkOptions options, params Action[] actions)
    {
        foreach (var action in actions) action();
        var times = actions.Select(_ => new double[options.Rounds]).ToArray();
        for (var round = 0; round < options.Rounds; round++)
            for (var i = 0; i < actions.Length; i++) times[i][round] = Mean(actions[i], options.Seconds);
        return times;
    }

    private static double Mean(Action action, double seconds)
    {
        var calls = 0;
        var start = Stopwatch.GetTimestamp();
        do
        {
            action();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
