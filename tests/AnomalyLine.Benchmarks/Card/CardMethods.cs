using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Benchmarks.Methods;
using AnomalyLine.Detection;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Card;

/// <summary>Each method with random weights: its maps beside libtorch's on the processor, and its time.</summary>
/// <param name="options">What to measure.</param>
/// <param name="card">Where.</param>
/// <param name="peak">What the card multiplies at most, TFLOP/s.</param>
internal sealed class CardMethods(BenchmarkOptions options, CardOptions card, double peak)
{
    /// <summary>Sides that every method is measured at, beside its presets', pixels.</summary>
    private static readonly int[] s_sides = [256, 1024];

    private readonly int[] _batches = options.IsShort ? [1, 8] : [1, 8, 32];

    /// <summary>All cases, until the time is over.</summary>
    /// <param name="start">A timestamp.</param>
    /// <param name="limit">Time from then; a case that has begun is ended.</param>
    public BenchmarkTable Run(long start, TimeSpan limit)
    {
        TorchEngine.EnsureReady();
        var cases = Cases().Where(one => one.Name.Contains(options.Only, StringComparison.Ordinal)).ToArray();
        var table = new BenchmarkTable(
            "Methods with random weights; in one graph (1) or pass by pass (0); differences from libtorch on the processor as parts of the largest value; copies, map and score included",
            ["method, preset, side", "one graph", "map differs by", "score differs by", .. _batches.Select(batch => FormattableString.Invariant($"ms a frame, batch {batch}")), "GMAC a frame", "share of the peak, %"]);
        var done = 0;
        foreach (var (name, method, settings) in cases)
        {
            if (Stopwatch.GetElapsedTime(start) > limit) break;
            Console.Error.WriteLine(name);
            try
            {
                table.Add(name, Measure(method, settings));
            }
            catch (Exception e) when (e is EngineException or NotSupportedException)
            {
                Console.Error.WriteLine($"{name}: {e.Message}");
                table.Add($"{name}: {e.Message}", [.. Enumerable.Repeat(double.NaN, table.Columns.Length - 1)]);
            }

            done++;
        }

        return done == cases.Length ? table : new BenchmarkTable($"{table.Title}; {cases.Length - done} of {cases.Length} cases left out, as the time was over", table.Columns).With(table.Rows);
    }

    private static IEnumerable<(string Name, MethodDescriptor Method, MethodOptions Settings)> Cases()
    {
        foreach (var preset in new[] { "fast", "balanced" })
            foreach (var method in MethodCatalog.All) yield return Case(method, preset, method.Presets[preset]);
        foreach (var side in s_sides)
        {
            foreach (var method in MethodCatalog.All)
            {
                var changed = OptionsJson.Change(method.Presets["fast"], new Dictionary<string, string> { ["size"] = side.ToString(CultureInfo.InvariantCulture) }, out var errors);
                if (errors.Count == 0 && !changed.Validate().Any() && method.Presets["fast"].Size.Width != side) yield return Case(method, "fast", changed);
            }
        }
    }

    private static (string, MethodDescriptor, MethodOptions) Case(MethodDescriptor method, string preset, MethodOptions settings) =>
        (FormattableString.Invariant($"{method.Name}, {preset}, {settings.Size.Width}"), method, settings);

    private double[] Measure(MethodDescriptor descriptor, MethodOptions settings)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        using var method = descriptor.Create(settings);
        InferenceOptimizer.Optimize(method.Network);
        using var team = new ThreadTeam(TorchEngine.Threads);
        var byTorch = new InferenceContext(new TorchBackend(method), team);
        var frame = Frames(settings, 1);
        var expected = method.AnomalyMap(frame, byTorch);
        var expectedScore = method.Score(expected, byTorch);
        var gmac = MacCounter.Count(method, frame);

        using var session = JudgingGraph.Open(method, null, card, _batches[^1]);
        using var backend = session is null ? CardBackend.Of(method, card) : null;
        var context = backend is null ? null : new InferenceContext(backend, team);
        var (map, score) = Judge(frame);
        var times = _batches.Select(batch =>
        {
            var frames = Frames(settings, batch);
            Judge(frames);
            return Stopwatching.Measure(options, () => Judge(frames)) / batch;
        }).ToArray();
        return [session is null ? 0 : 1, Difference(expected, map), Difference(expectedScore, score), .. times, gmac, 100 * 2 * gmac / times[^1] / 1000 / peak];

        (Tensor Map, Tensor Score) Judge(Tensor frames)
        {
            if (context is not null)
            {
                var maps = method.AnomalyMap(frames, context);
                return (maps, method.Score(maps, context));
            }

            var size = (int)frames.shape[0];
            frames.data<float>().CopyTo(session!.Input(size));
            session.Run(size);
            return (From(session, size, JudgingGraph.Map), From(session, size, JudgingGraph.Score));
        }
    }

    private static Tensor From(BoundSession session, int size, int output) => tensor(session.Output(size, output).ToArray(), session.ShapeOf(size, output));

    private static double Difference(Tensor expected, Tensor actual) => ((expected - actual).abs().max() / expected.abs().max()).item<float>();

    /// <summary>Noise that is smooth, as pictures are.</summary>
    private static Tensor Frames(MethodOptions settings, int count) => nn.functional.interpolate(
        rand(count, settings.Input.Planes, 8, 8), [settings.Size.Height, settings.Size.Width], mode: InterpolationMode.Bilinear, align_corners: false).contiguous();
}
