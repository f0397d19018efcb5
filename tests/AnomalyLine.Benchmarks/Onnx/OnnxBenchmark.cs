using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
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
            $"Network's pass with random weights, float32 but for one column, {TorchEngine.Threads} threads each; ms a frame, and the median over rounds of their quotient",
            "method, preset, batch", "torch", "ONNX Runtime", "torch, bfloat16", "torch / ONNX Runtime", "faster of float32 / bfloat16", "ONNX Runtime: largest difference, millionths",
            "bfloat16: millionths");

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
        InferenceOptimizer.Optimize(method.Network);
        using var onnx = OnnxBackend.Of(method, TorchEngine.Threads);
        using var team = new ThreadTeam(TorchEngine.Threads);
        random.manual_seed(1);
        using var half = descriptor.Create(settings);
        InferenceOptimizer.Optimize(half.Network);
        InferenceOptimizer.Convert(half.Network, ScalarType.BFloat16);
        foreach (var batch in Batches)
        {
            var frames = rand(batch, settings.Input.Planes, settings.Size.Height, settings.Size.Width);
            double Difference(Func<Tensor, Tensor[]> pass) => (method.Forward(frames)[0] - pass(frames)[0]).abs().max().item<float>() * 1e6;
            var times = Stopwatching.Interleaved(options, () => Run(method.Forward), () => Run(ByOnnx), () => Run(half.Forward));
            double Quotient(Func<int, double> ofRound) => Enumerable.Range(0, options.Rounds).Select(ofRound).Median();
            table.Add(
                $"{name}, {batch}", times[0].Median() / batch, times[1].Median() / batch, times[2].Median() / batch, Quotient(r => times[0][r] / times[1][r]),
                Quotient(r => Math.Min(times[0][r], times[1][r]) / times[2][r]), Difference(ByOnnx), Difference(half.Forward));

            Tensor[] ByOnnx(Tensor input) => onnx.Run(input, team);

            void Run(Func<Tensor, Tensor[]> pass)
            {
                using var step = NewDisposeScope();
                pass(frames);
            }
        }
    }
}
