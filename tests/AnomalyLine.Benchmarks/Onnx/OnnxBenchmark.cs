using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Methods.Draem;
using AnomalyLine.Vision.Methods.Memae;
using AnomalyLine.Vision.Methods.Mnad;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Onnx;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Onnx;

/// <summary>
/// Milliseconds a frame of each network that can be exported, as we serve it and in ONNX Runtime, in turns. Random weights; the pass alone, without map and score.
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
            "method, preset, batch", "ours", "ONNX Runtime", "ours / ONNX Runtime", "largest difference, millionths");
        foreach (var descriptor in MethodCatalog.All.Where(m => m.WritesOnnx))
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
        using var session = Session(method);
        foreach (var batch in Batches)
        {
            var frames = rand(batch, settings.Input.Planes, settings.Size, settings.Size);
            using var input = OrtValue.CreateTensorValueFromMemory(frames.data<float>().ToArray(), frames.shape);
            var difference = (Pass(method.Network, frames) - InRuntime(session, input, (values, shape) => tensor(values.ToArray(), shape))).abs().max().item<float>();
            var times = Stopwatching.Interleaved(
                options,
                () =>
                {
                    using var step = NewDisposeScope();
                    Pass(method.Network, frames);
                },
                () => InRuntime(session, input, (_, _) => 0));
            var quotients = times[0].Zip(times[1], (ours, theirs) => ours / theirs);
            table.Add($"{name}, {batch}", times[0].Median() / batch, times[1].Median() / batch, quotients.Median(), difference * 1e6);
        }
    }

    private static Tensor Pass(nn.Module network, Tensor frames) => network switch
    {
        DraemNetwork draem => draem.call(frames).Logits.softmax(1).select(1, 1),
        MemaeNetwork memae => memae.call((frames * Numbers.S(2)) - Numbers.S(1)),
        MnadNetwork mnad => mnad.call((frames * Numbers.S(2)) - Numbers.S(1)),
        var other => ((nn.Module<Tensor, Tensor>)other).call(frames),
    };

    /// <summary>The output that needs all of the network.</summary>
    private static T InRuntime<T>(InferenceSession session, OrtValue input, Func<ReadOnlySpan<float>, long[], T> use)
    {
        using var run = new RunOptions();
        using var results = session.Run(run, ["frames"], [input], [session.OutputNames.Contains("anomaly_map", StringComparer.Ordinal) ? "anomaly_map" : "reconstruction"]);
        return use(results[0].GetTensorDataAsSpan<float>(), results[0].GetTensorTypeAndShape().Shape);
    }

    private static InferenceSession Session(AnomalyMethod method)
    {
        var graph = new OnnxGraph();
        method.WriteOnnx(graph);
        using var stream = new MemoryStream();
        OnnxFile.ToMessage(graph, "benchmark", "", new Dictionary<string, string>()).WriteTo(stream);
        using var options = new SessionOptions { IntraOpNumThreads = TorchEngine.Threads, InterOpNumThreads = 1 };

        // As our own: a thread that waits by spinning takes the time of the other engine's next turn.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(stream.ToArray(), options);
    }
}
