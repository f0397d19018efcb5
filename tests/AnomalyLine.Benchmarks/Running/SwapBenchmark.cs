using System.Diagnostics;
using System.Globalization;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>Latency while models are swapped under a fixed rate of frames, beside that of a line left alone; and memory after few and many swaps.</summary>
internal static class SwapBenchmark
{
    private const double FramesPerSecond = 50;

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        using var models = new SmallModels(options.Swaps + 1);
        return await RunAsync(options, models);
    }

    /// <summary>With models at hand, one more than swaps.</summary>
    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options, SmallModels models)
    {
        var swaps = options.Swaps;
        await using var line = await RunningLine.OpenAsync(models.Load, models.Frame);
        await line.ActivateAsync(models.Versions[0]);
        var seconds = options.Seconds * options.Rounds;
        await RunAsync(line, TimeSpan.FromSeconds(options.IsShort ? 1 : 5));

        var steady = await RunAsync(line, TimeSpan.FromSeconds(seconds));
        var resident = new Dictionary<int, double>();
        var durations = new List<double>();
        using var ended = new CancellationTokenSource();
        var frames = Task.Run(() => RunAsync(line, Timeout.InfiniteTimeSpan, ended.Token));
        for (var swap = 1; swap <= swaps; swap++)
        {
            var start = Stopwatch.GetTimestamp();
            await line.ActivateAsync(models.Versions[swap]);
            durations.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (swap is 5 or 25 || swap == swaps) resident[swap] = RunningLine.ResidentMiB;
            await Task.Delay(TimeSpan.FromSeconds(seconds / swaps));
        }

        await ended.CancelAsync();
        var swapped = await frames;
        var latency = new BenchmarkTable(
            string.Create(CultureInfo.InvariantCulture, $"Line in this process, a small ae-l2, {FramesPerSecond} frames/s when due; latency in ms from when a frame was due; {swaps} swaps, one after another, each to another file, which is loaded and tried while the one before serves"),
            "case", "frames", "p50", "p99", "p99.9", "most");
        foreach (var (name, times) in new[] { ("steady", steady), ("while models are swapped", swapped) })
            latency.Add(name, times.Count, times.Quantile(0.5), times.Quantile(0.99), times.Quantile(0.999), times.Max());
        var memory = new BenchmarkTable("Memory of the process, MiB, and milliseconds of a swap", "after swaps", "MiB", "ms, median so far");
        foreach (var (swap, mebibytes) in resident) memory.Add(string.Create(CultureInfo.InvariantCulture, $"{swap}"), mebibytes, durations.Take(swap).Median());
        return [latency, memory];
    }

    /// <summary>Sends each frame when it is due, however late the others are; milliseconds from then to its record.</summary>
    private static async Task<IReadOnlyList<double>> RunAsync(RunningLine line, TimeSpan time, CancellationToken cancel = default)
    {
        var pending = new List<Task<double>>();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; !cancel.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds(i / FramesPerSecond);
            if (time != Timeout.InfiniteTimeSpan && due > time) break;
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait) await Task.Delay(wait, CancellationToken.None);
            pending.Add(Task.Run(async () =>
            {
                await line.InspectAsync();
                return (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
            }, CancellationToken.None));
        }

        return await Task.WhenAll(pending);
    }
}
