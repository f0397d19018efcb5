using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Methods;

/// <summary>Milliseconds a frame of each method with random weights: its passes, its anomaly map and its score.</summary>
internal static class MethodsBenchmark
{
    private static readonly string[] Presets = ["fast", "balanced"];

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        var table = new BenchmarkTable(
            $"Random weights, fp32, folded, channels last, {TorchEngine.Threads} threads; GMAC of convolutions and linear layers",
            "method, preset", "side", "passes", "GMAC a frame", "ms a frame, batch 1", "ms a frame, batch 8", "GMAC/s, batch 8");
        foreach (var descriptor in MethodCatalog.All)
        {
            foreach (var preset in Presets)
            {
                var name = $"{descriptor.Name}, {preset}";
                if (name.Contains(options.Only, StringComparison.Ordinal)) Measure(options, table, name, descriptor, preset);
            }
        }

        return [table];
    }

    private static void Measure(BenchmarkOptions options, BenchmarkTable table, string name, MethodDescriptor descriptor, string preset)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        var settings = descriptor.Presets[preset];
        using var method = descriptor.Create(settings);
        NetworkForm.Serve(method.Network);
        var gmac = MacCounter.Count(method, Frames(1));
        var (one, eight) = (Milliseconds(1), Milliseconds(8));
        table.Add(name, settings.Size, descriptor.PassesPerFrame[preset], gmac, one, eight, gmac / eight * 1000);

        // Noise that is smooth, as pictures are: what superpixels are cut from decides how many passes there are.
        Tensor Frames(int count) => nn.functional.interpolate(
            rand(count, settings.Input.Planes, 8, 8), [settings.Size, settings.Size], mode: InterpolationMode.Bilinear, align_corners: false);

        double Milliseconds(int batch)
        {
            var frames = Frames(batch);
            return Stopwatching.Measure(options, () =>
            {
                using var step = NewDisposeScope();
                method.Score(method.AnomalyMap(frames));
            }) / batch;
        }
    }
}
