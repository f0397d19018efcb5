using System.Diagnostics;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Measures the line without a network; prints, asserts nothing. Run it with "-explicit only".</summary>
public sealed class LogThroughput(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(LogDurability.Full, 1)]
    [InlineData(LogDurability.Full, 8)]
    [InlineData(LogDurability.Full, 64)]
    [InlineData(LogDurability.Normal, 1)]
    [InlineData(LogDurability.Normal, 8)]
    [InlineData(LogDurability.Normal, 64)]
    public async Task Measure(LogDurability durability, int cameras)
    {
        await using var line = new TestLine(folder: Path.Combine(Environment.CurrentDirectory, "throughput-" + Guid.NewGuid().ToString("N")));
        line.Options.LogDurability = durability;
        await line.OpenAsync("s");
        var count = 0;
        var times = new System.Collections.Concurrent.ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, cameras).Select(_ => Task.Run(async () =>
        {
            while (clock.ElapsedMilliseconds < 4000)
            {
                times.Add((await line.InspectAsync("s", 1)).Timings.TotalMs);
                Interlocked.Increment(ref count);
            }
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = times.Order().ToArray();
        output.WriteLine(
            $"{durability}, {cameras} cameras: {count / seconds:0} records/s, p50 {sorted[sorted.Length / 2]:0.00} ms, p99 {sorted[sorted.Length * 99 / 100]:0.00} ms");
    }
}
