using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Methods;

/// <summary>Milliseconds a frame of each method with random weights on either engine: its passes, its anomaly map and its score; and what of it is not the pass.</summary>
internal static class MethodsBenchmark
{
    private static readonly string[] Presets = ["fast", "balanced"];

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        var table = new BenchmarkTable(
            $"Random weights, fp32, {TorchEngine.Threads} threads; engines in turn; GMAC of convolutions and linear layers; what is beside the pass (map, score) on the faster engine, methods of one pass",
            "method, preset", "side", "passes", "GMAC a frame", "torch: ms a frame, batch 1", "batch 8", "onnx: ms a frame, batch 1", "batch 8", "faster: GMAC/s, batch 8",
            "beside the pass: ms, batch 1", "share, batch 1", "share, batch 8");
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
        InferenceOptimizer.Optimize(method.Network);
        var gmac = MacCounter.Count(method, Frames(1));
        using var onnx = OnnxBackend.Of(method, TorchEngine.Threads);
        using var team = new ThreadTeam(TorchEngine.Threads);
        var (byTorch, byOnnx) = (new InferenceContext(new TorchBackend(method), team), new InferenceContext(onnx, team));
        var (one, eight) = (Milliseconds(1), Milliseconds(8));
        table.Add(
            name, settings.Size.Width, descriptor.PassesPerFrame[preset], gmac, one.Torch, eight.Torch, one.Onnx, eight.Onnx, gmac / Faster(eight) * 1000,
            one.Beside, one.Beside / Faster(one), eight.Beside / Faster(eight));

        static double Faster((double Torch, double Onnx, double Beside) times) => times.Onnx < times.Torch ? times.Onnx : times.Torch;

        // Noise that is smooth, as pictures are: what superpixels are cut from decides how many passes there are.
        Tensor Frames(int count) => nn.functional.interpolate(
            rand(count, settings.Input.Planes, 8, 8), [settings.Size.Height, settings.Size.Width], mode: InterpolationMode.Bilinear, align_corners: false);

        (double Torch, double Onnx, double Beside) Milliseconds(int batch)
        {
            var frames = Frames(batch);
            var isOnePass = descriptor.PassesPerFrame[preset] == 1;
            List<Action> actions = [() => Judge(byTorch)];
            if (isOnePass) actions.Add(() => Pass(byTorch));
            actions.Add(() => Judge(byOnnx));
            if (isOnePass) actions.Add(() => Pass(byOnnx));
            var times = Stopwatching.Interleaved(options, [.. actions]);
            double Of(int action) => action < times.Length ? times[action].Median() / batch : double.NaN;

            // The difference within each round, so that a change of the machine's load falls out of it.
            double Beside(int judged, int passed) => passed < times.Length ? times[judged].Zip(times[passed], (all, pass) => all - pass).Median() / batch : double.NaN;
            if (!isOnePass) return (Of(0), Of(1), double.NaN);
            return (Of(0), Of(2), Of(2) < Of(0) ? Beside(2, 3) : Beside(0, 1));

            void Judge(InferenceContext context)
            {
                using var step = NewDisposeScope();
                method.Score(method.AnomalyMap(frames, context), context);
            }

            void Pass(InferenceContext context)
            {
                using var step = NewDisposeScope();
                context.Pass(frames);
            }
        }
    }
}
