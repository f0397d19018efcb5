using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Benchmarks.Log;

/// <summary>Inspections a second of the line itself, without a network: frames of 16 x 16, an identity detector, the durable log.</summary>
internal static class LogBenchmark
{
    private const string Station = "station";

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        var table = new BenchmarkTable(
            $"Each caller waits for its record before it sends the next frame; log on {Path.GetTempPath()}, batch delay 0", "durability, callers", "inspections/s", "ms, p50", "ms, p99");
        foreach (var durability in Enum.GetValues<LogDurability>())
        {
            foreach (var callers in (int[])[1, 8, 64])
            {
                var name = $"{durability}, {callers}";
                if (!name.Contains(options.Only, StringComparison.Ordinal)) continue;
                var rounds = new List<(double PerSecond, double P50, double P99)>();
                for (var round = 0; round <= options.Rounds; round++) rounds.Add(await MeasureAsync(durability, callers, TimeSpan.FromSeconds(options.Seconds)));

                // The first round warms up.
                rounds.RemoveAt(0);
                table.Add(name, rounds.Select(r => r.PerSecond).Median(), rounds.Select(r => r.P50).Median(), rounds.Select(r => r.P99).Median());
            }
        }

        return [table];
    }

    private static async Task<(double PerSecond, double P50, double P99)> MeasureAsync(LogDurability durability, int callers, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
        try
        {
            var line = new LineOptions { DataFolder = folder, LogDurability = durability, MaxBatchDelay = TimeSpan.Zero, MaxBatchSize = 64 };
            await using var opened = await Line.OpenAsync(
                line, _ => new IdentityDetector(new InputSpec(16, 16, 1)), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
            _ = (await opened.CreateStationAsync(Station, CancellationToken.None)).Value;
            _ = (await opened.ActivateRecipeAsync(new Recipe(Station, 0, "identity", 2, 2, null, Recipe.MaxDeadline), CancellationToken.None)).Value;
            var start = Stopwatch.GetTimestamp();
            var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(opened, start, time))));
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var all = times.SelectMany(t => t).ToArray();
            return (all.Length / seconds, all.Quantile(0.5), all.Quantile(0.99));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<double>> CallAsync(Line line, long start, TimeSpan time)
    {
        var times = new List<double>();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            if (!Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, new byte[256], DateTimeOffset.UnixEpoch, out var frame, out var error)) throw new InvalidOperationException(error);
            var record = (await line.InspectAsync(new InspectionRequest(Station, "", frame), CancellationToken.None)).Value;
            if (record.Verdict != Verdict.Ok) throw new InvalidOperationException($"A frame was not judged Ok, so this would measure something else: {record.ReasonText}");
            times.Add(record.Timings.TotalMs);
        }

        return times;
    }
}
