using System.Diagnostics;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace AnomalyLine.Vision.Models;

/// <summary>
/// Tries a model in ONNX Runtime when it is loaded: whether it can run there, whether it gives the same on the model's reference frames, and whether it is faster
/// (docs/adr/0023-a-second-engine.md).
/// </summary>
/// <param name="method">The method in the form to judge with, on the CPU.</param>
/// <param name="detect">Judges with the method as it is now.</param>
/// <param name="references">The model's reference frames.</param>
internal sealed class EngineTrial(AnomalyMethod method, Func<IReadOnlyList<PreparedFrame>, IReadOnlyList<Detection>> detect, IReadOnlyList<PreparedFrame> references)
{
    /// <summary>Largest difference of a score or of a place in a map, as a part of the largest one on the reference frames.</summary>
    public const float Tolerance = 1e-3f;

    private const int Rounds = 15;

    /// <summary>An engine must be faster than this part of the other's time to be preferred to the one whose results the file holds.</summary>
    private const double Gain = 0.95;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    /// <summary>Leaves the method with the engine that is chosen; it must be disposed with it.</summary>
    /// <param name="wanted">Auto or Onnx.</param>
    /// <param name="maxBatchSize">The largest batch that will come, at least 1.</param>
    public EngineChoice Choose(ServingEngine wanted, int maxBatchSize)
    {
        if (references.Count == 0) return Stay("the model file has no reference frames to compare engines with", isRefusal: false);
        try
        {
            method.Engine = OnnxPass.Of(method, TorchEngine.Threads);
            if (method.Engine is null) return Stay("the method's network has no form in ONNX", isRefusal: false);
            if (Difference() is var difference && !(difference <= Tolerance))
                return Stay(FormattableString.Invariant($"ONNX Runtime differs by {difference:G3} of the largest value on the reference frames, more than {Tolerance}"), isRefusal: true);
        }
        catch (Exception e) when (e is OnnxRuntimeException or DllNotFoundException or TypeInitializationException or NotSupportedException)
        {
            return Stay($"ONNX Runtime cannot run this network: {e.Message}", isRefusal: true);
        }

        if (wanted == ServingEngine.Onnx) return new EngineChoice(ServingEngine.Onnx, "asked for", IsRefusal: false, []);
        var times = Measure(maxBatchSize);
        var quotient = Math.Exp(times.Average(t => Math.Log(t.OnnxMs / t.TorchMs)));
        return quotient < Gain
            ? new EngineChoice(ServingEngine.Onnx, "faster on this machine", IsRefusal: false, times)
            : Stay("ONNX Runtime is not faster on this machine", isRefusal: false) with { Times = times };
    }

    private EngineChoice Stay(string reason, bool isRefusal)
    {
        method.Engine?.Dispose();
        method.Engine = null;
        return new EngineChoice(ServingEngine.Torch, reason, isRefusal, []);
    }

    /// <summary>Largest difference of scores and of maps, each as a part of the largest value; NaN where there is one.</summary>
    private float Difference()
    {
        var onnx = method.Engine;
        var (scores, maps, largestScore, largestPlace) = (0f, 0f, float.Epsilon, float.Epsilon);
        foreach (var reference in references)
        {
            method.Engine = null;
            var expected = detect([reference])[0];
            method.Engine = onnx;
            var actual = detect([reference])[0];
            scores = MathF.Max(scores, MathF.Abs(expected.Score - actual.Score));
            largestScore = MathF.Max(largestScore, MathF.Abs(expected.Score));
            var one = expected.Map.Values;
            var other = actual.Map.Values;
            for (var i = 0; i < one.Length; i++)
            {
                maps = MathF.Max(maps, MathF.Abs(one[i] - other[i]));
                largestPlace = MathF.Max(largestPlace, MathF.Abs(one[i]));
            }
        }

        return MathF.Max(scores / largestScore, maps / largestPlace);
    }

    /// <summary>A lone frame and, where that does not take too long, the largest batch.</summary>
    private List<EngineTime> Measure(int maxBatchSize)
    {
        var times = new List<EngineTime> { Measure([references[0]], 1) };
        if (maxBatchSize > 1 && times[0].TorchMs * maxBatchSize < Budget.TotalMilliseconds)
            times.Add(Measure([.. Enumerable.Range(0, maxBatchSize).Select(i => references[i % references.Count])], maxBatchSize));
        return times;
    }

    /// <summary>The engines take turns, so that what else the machine does meets both; the least times are what they need.</summary>
    private EngineTime Measure(IReadOnlyList<PreparedFrame> frames, int batch)
    {
        var onnx = method.Engine;
        var (torchMs, onnxMs) = (double.PositiveInfinity, double.PositiveInfinity);
        var start = Stopwatch.GetTimestamp();

        // The first round warms up.
        for (var round = 0; round <= Rounds && (round <= 1 || Stopwatch.GetElapsedTime(start) < Budget); round++)
        {
            method.Engine = null;
            var torch = Time(frames);
            method.Engine = onnx;
            var runtime = Time(frames);
            if (round == 0) continue;
            (torchMs, onnxMs) = (Math.Min(torchMs, torch), Math.Min(onnxMs, runtime));
        }

        return new EngineTime(batch, torchMs, onnxMs);
    }

    private double Time(IReadOnlyList<PreparedFrame> frames)
    {
        var start = Stopwatch.GetTimestamp();
        _ = detect(frames);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
