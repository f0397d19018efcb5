using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Onnx;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Onnx;

/// <summary>
/// Milliseconds a frame of each network that either engine can run, in turns, through the seam that serves. Random weights; the pass alone, without map and score.
/// </summary>
internal static class OnnxBenchmark
{
    private static readonly string[] Presets = ["fast", "balanced"];
    private static readonly int[] Batches = [1, 8];

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        var table = new BenchmarkTable(
            $"Network's pass with random weights, fp32, {TorchEngine.Threads} threads each, waiting threads sleep; ms a frame, and the median over rounds of their quotient",
            "method, preset, batch", "torch", "ONNX Runtime", "torch / ONNX Runtime", "largest difference, millionths");

        // smai's network is riad's with a further input.
        foreach (var descriptor in MethodCatalog.All.Where(m => m.WritesOnnx || m.Name is "riad" or "scadn"))
        {
            foreach (var preset in Presets)
            {
                var name = $"{descriptor.Name}, {preset}";
                if (name.Contains(options.Only, StringComparison.Ordinal)) Measure(options, table, name, descriptor, descriptor.Presets[preset]);
            }
        }

        return [table];
    }

    private static void Measure(BenchmarkOptions options, BenchmarkTable table, string name, MethodDescriptor descriptor, MethodOptions settings)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        using var method = descriptor.Create(settings);
        NetworkForm.Serve(method.Network);
        using var onnx = OnnxPass.Of(method, TorchEngine.Threads)!;
        foreach (var batch in Batches)
        {
            var frames = rand(batch, settings.Input.Planes, settings.Size, settings.Size);
            var difference = (method.Pass(frames)[0] - onnx.Run(frames)[0]).abs().max().item<float>();
            var times = Stopwatching.Interleaved(options, () => Run(method.Pass), () => Run(onnx.Run));
            var quotients = times[0].Zip(times[1], (ours, theirs) => ours / theirs);
            table.Add($"{name}, {batch}", times[0].Median() / batch, times[1].Median() / batch, quotients.Median(), difference * 1e6);

            void Run(Func<Tensor, Tensor[]> pass)
            {
                using var step = NewDisposeScope();
                pass(frames);
            }
        }
    }
}
