using System.Diagnostics;

namespace AnomalyLine.Benchmarks;

/// <summary>Times of one action.</summary>
internal static class Stopwatching
{
    /// <summary>Milliseconds of one call: the median over rounds of the mean within a round. Called once first without counting.</summary>
    public static double Measure(BenchmarkOptions options, Action action)
    {
        action();
        return Enumerable.Range(0, options.Rounds).Select(_ =>
        {
            var calls = 0;
            var start = Stopwatch.GetTimestamp();
            do
            {
                action();
                calls++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
        }).Median();
    }
}
