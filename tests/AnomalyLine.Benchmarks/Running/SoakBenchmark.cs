using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>Memory over many frames through a small model.</summary>
internal static class SoakBenchmark
{
    private const int Frames = 100_000;
    private const int Step = 20_000;
    private const int Callers = 8;

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        using var models = new SmallModels(1);
        await using var line = await RunningLine.OpenAsync(models.Load, models.Frame);
        await line.ActivateAsync(models.Versions[0]);
        var table = new BenchmarkTable($"Line in this process, ae-l2 of 128 pixels, {Callers} callers, log FULL, evidence of 64 MiB", "frames", "resident MiB", "managed heap MiB", "live tensors", "frames/s");
        for (var done = 0; done < Frames; done += Step)
        {
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < Step / Callers; i++) await line.InspectAsync();
            })));
            var perSecond = Step / Stopwatch.GetElapsedTime(start).TotalSeconds;
            double[] row = [RunningLine.ResidentMiB, GC.GetTotalMemory(forceFullCollection: false) / 1048576.0, TorchEngine.LiveTensors, perSecond];
            table.Add(string.Create(CultureInfo.InvariantCulture, $"{done + Step}"), row);

            // It takes minutes: what is known already survives an interruption.
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done + Step} frames: {string.Join(", ", row.Select(value => value.ToString("0.#", CultureInfo.InvariantCulture)))}"));
        }

        return [table];
    }
}
