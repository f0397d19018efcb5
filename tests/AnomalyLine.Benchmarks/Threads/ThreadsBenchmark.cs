using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Threads;

/// <summary>Several models that judge at once, each on a thread of its own as a server has them: with one thread for each pass, and with as many as there are cores.</summary>
internal static class ThreadsBenchmark
{
    private static readonly (string Method, string Preset)[] Models = [("ae-l2", "balanced"), ("fair", "fast"), ("riad", "balanced")];
    private static readonly int[] Callers = [1, 2, 4];

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        var cores = TorchEngine.Threads;
        var cases = (
            from model in Models
            from engine in new[] { ServingEngine.Torch, ServingEngine.Onnx }
            from callers in Callers
            let name = $"{model.Method}, {model.Preset}, {engine}, {callers} at once"
            where name.Contains(options.Only, StringComparison.Ordinal)
            select (Name: name, model, engine, callers)).ToArray();
        var runs = new List<(string Case, Load One, Load All)>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (name, model, engine, callers) in cases)
                runs.Add((name, Judge(model, engine, callers, 1, options.Seconds), Judge(model, engine, callers, cores, options.Seconds)));
        }

        TorchEngine.Threads = cores;
        var table = new BenchmarkTable(
            $"Models that judge lone frames at once, without pause: one thread for each pass, and {cores}; random weights, fp32; medians of rounds",
            "model, engine", "1 thread: frames/s", "p50, ms", "p99, ms", $"{cores} threads: frames/s", "p50, ms", "p99, ms", "frames/s, of 1 thread");
        foreach (var of in runs.GroupBy(r => r.Case))
        {
            double Of(Func<(string Case, Load One, Load All), double> figure) => of.Select(figure).Median();
            table.Add(
                of.Key, Of(r => r.One.PerSecond), Of(r => r.One.P50), Of(r => r.One.P99), Of(r => r.All.PerSecond), Of(r => r.All.P50), Of(r => r.All.P99), Of(r => r.All.PerSecond / r.One.PerSecond));
        }

        return [table];
    }

    private static Load Judge((string Method, string Preset) model, ServingEngine engine, int callers, int threads, double seconds)
    {
        // Threads that begin after this have it.
        TorchEngine.Threads = threads;
        using var ready = new Barrier(callers);
        var times = new double[callers][];
        var spans = new double[callers];
        var crew = Enumerable.Range(0, callers).Select(i => new Thread(() =>
        {
            using var mode = inference_mode();
            using var scope = NewDisposeScope();
            var descriptor = MethodCatalog.Find(model.Method)!;
            using var method = descriptor.Create(descriptor.Presets[model.Preset]);
            InferenceOptimizer.Optimize(method.Network);
            using var team = new ThreadTeam(threads);
            using IInferenceBackend backend = engine == ServingEngine.Onnx ? OnnxBackend.Of(method, threads) : new TorchBackend(method);
            var context = new InferenceContext(backend, team);
            var frame = rand(1, method.Input.Planes, method.Input.Height, method.Input.Width);
            for (var warmUp = 0; warmUp < 3; warmUp++) One(method, frame, context);

            ready.SignalAndWait();
            var mine = new List<double>();
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds) mine.Add(One(method, frame, context));
            (times[i], spans[i]) = ([.. mine], Stopwatch.GetElapsedTime(start).TotalSeconds);
        })).ToArray();
        foreach (var thread in crew) thread.Start();
        foreach (var thread in crew) thread.Join();
        var all = times.SelectMany(t => t).ToArray();
        return new Load(times.Zip(spans, (t, span) => t.Length / span).Sum(), all.Median(), all.Quantile(0.99));
    }

    private static double One(AnomalyMethod method, Tensor frame, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var start = Stopwatch.GetTimestamp();
        method.Score(method.AnomalyMap(frame, context), context).cpu();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private sealed record Load(double PerSecond, double P50, double P99);
}
