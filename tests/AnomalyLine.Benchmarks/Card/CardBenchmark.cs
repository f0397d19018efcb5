using System.Diagnostics;
using AnomalyLine.Benchmarks.Loopback;
using AnomalyLine.Benchmarks.Running;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;

namespace AnomalyLine.Benchmarks.Card;

/// <summary>
/// What judging on a card must show, in one run of bounded time: that each method gives there what it gives on the processor, what a frame takes, what share of the card that is, and a server
/// under cameras and under swaps. By the processor it shows that the check itself runs.
/// </summary>
internal static class CardBenchmark
{
    private const int InFlight = 8;

    /// <summary>Of all the time, what the methods may take; the rest is the server's.</summary>
    private const double ShareOfMethods = 0.55;

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        var card = new CardOptions { Provider = options.Provider, CacheFolder = Path.Combine(Path.GetTempPath(), "anomalyline-tensorrt") };
        if (BoundSession.LackOf(card) is { } lack) throw new EngineException(lack);
        var peak = options.Peak > 0 ? options.Peak : CardPeak.Measure(card, options.Seconds);
        var limit = TimeSpan.FromMinutes(options.Minutes > 0 ? ShareOfMethods * options.Minutes : 60);
        var tables = new List<BenchmarkTable>
        {
            Versions(card, peak, options.Peak > 0),
            new CardMethods(options, card, peak).Run(Stopwatch.GetTimestamp(), limit),
        };
        using var models = new SmallModels(options.Swaps + 1, options.IsShort ? "fast" : "balanced", channels: 1, ServingEngine.Card, card);
        tables.Add(await CamerasAsync(options, models));
        tables.AddRange(await SwapBenchmark.RunAsync(options.IsShort ? options : options with { Rounds = 1, Seconds = 15 }, models));
        tables.Add(Usage());
        return tables;
    }

    private static BenchmarkTable Versions(CardOptions card, double peak, bool isStated)
    {
        var report = CardProbe.Report;
        var table = new BenchmarkTable(
            $"ONNX Runtime {CardProbe.RuntimeVersion}, provider {card.Provider}, float32{(report.DevicesText is { Length: > 0 } cards ? $"; cards {cards}" : "; no card")}", "peak", "TFLOP/s");
        table.Add(isStated ? "as stated" : "of a product of matrices, float32, measured", peak);
        return table;
    }

    /// <summary>Cameras over gRPC that send as fast as they are answered.</summary>
    private static async Task<BenchmarkTable> CamerasAsync(BenchmarkOptions options, SmallModels models)
    {
        int[] counts = options.IsShort ? [4] : [4, 16];
        var stations = Enumerable.Range(1, counts[^1]).Select(i => FormattableString.Invariant($"camera-{i}")).ToArray();
        var side = options.IsShort ? 128 : 256;
        var frame = SmallModels.Mono(side, side);
        await using var server = await ServerProcess.StartAsync(
            stations, models.FirstPath, $"--AnomalyLine:Line:Engine={ServingEngine.Card}", $"--AnomalyLine:Line:Card:Provider={options.Provider}", "--AnomalyLine:Line:MaxBatchSize=32");
        var table = new BenchmarkTable(
            $"ae-l2 of {side} pixels through the server, {InFlight} frames in flight a camera, batches of 32 at most, log FULL, sender on the same machine", "case", "frames/s", "round trip ms, p50", "p99", "detect ms, p50", "server MiB");
        foreach (var count in counts)
        {
            await RunAsync(TimeSpan.FromSeconds(options.IsShort ? 1 : 8));
            var (frames, elapsed, cameras) = await RunAsync(TimeSpan.FromSeconds(options.IsShort ? 1 : 10));
            var trips = cameras.SelectMany(camera => camera.RoundTripMs).ToArray();
            table.Add($"{count} cameras", frames / elapsed.TotalSeconds, trips.Quantile(0.5), trips.Quantile(0.99), cameras.SelectMany(camera => camera.Timings).Select(t => t.DetectMs).Quantile(0.5), server.ResidentMiB);

            async Task<(int Frames, TimeSpan Elapsed, GrpcCamera[] Cameras)> RunAsync(TimeSpan time)
            {
                var senders = stations[..count].Select(station => new GrpcCamera(server, station, frame)).ToArray();
                var start = Stopwatch.GetTimestamp();
                var sent = (await Task.WhenAll(senders.Select(camera => Task.Run(() => camera.RunAsync(InFlight, time))))).Sum();
                var took = Stopwatch.GetElapsedTime(start);
                foreach (var sender in senders) sender.Dispose();
                return (sent, took, senders);
            }
        }

        return table;
    }

    private static BenchmarkTable Usage()
    {
        var table = new BenchmarkTable("Cards after all of it, this process and others", "card", "memory used, MiB", "utilisation, %");
        foreach (var usage in CardUsage.Read()) table.Add(FormattableString.Invariant($"{usage.Device}"), usage.UsedBytes / 1048576.0, usage.UtilisationPercent);
        return table;
    }
}
