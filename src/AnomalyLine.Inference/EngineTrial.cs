using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;

namespace AnomalyLine.Inference;

/// <summary>
/// Tries a model in ONNX Runtime when it is loaded: whether it can run there, whether it gives the same on the model's reference frames, and whether it is faster
/// (docs/adr/0023-a-second-engine.md).
/// </summary>
/// <param name="network">The network in the form to judge with, on the CPU.</param>
/// <param name="detect">Judges with the network as it is now.</param>
/// <param name="references">The model's reference frames.</param>
internal sealed class EngineTrial(InferenceNetwork network, Func<IReadOnlyList<PreparedFrame>, IReadOnlyList<DetectionResult>> detect, IReadOnlyList<PreparedFrame> references)
{
    /// <summary>Largest difference of a score or of a place in a map, as a part of the largest one on the reference frames.</summary>
    public const float Tolerance = 1e-3f;

    /// <summary>An engine must be faster than this part of the other's time to be preferred to the one whose results the file holds.</summary>
    public const double Gain = 0.95;

    /// <summary>Leaves the network with the engine that is chosen; it must be disposed with it.</summary>
    /// <param name="wanted">Auto or Onnx.</param>
    /// <param name="maxBatchSize">The largest batch that will come, at least 1.</param>
    public EngineChoice Choose(ServingEngine wanted, int maxBatchSize)
    {
        if (references.Count == 0) return Stay("the model file has no reference frames to compare engines with", isRefusal: false);
        OnnxPass? onnx = null;
        var comparison = new EngineComparison(frames => By(null, frames), frames => By(onnx, frames));
        try
        {
            network.Engine = onnx = OnnxPass.Of(network, TorchEngine.Threads);
            var (score, map) = comparison.Difference(references);
            network.Engine = onnx;
            if (MathF.Max(score, map) is var difference && !(difference <= Tolerance))
                return Stay(FormattableString.Invariant($"ONNX Runtime differs by {difference:G3} of the largest value on the reference frames, more than {Tolerance}"), isRefusal: true);
        }
        catch (Exception e) when (OnnxPass.CannotRun(e))
        {
            network.Engine = onnx;
            return Stay($"ONNX Runtime cannot run this network: {e.Message}", isRefusal: true);
        }

        if (wanted == ServingEngine.Onnx) return new EngineChoice(ServingEngine.Onnx, "asked for", IsRefusal: false, []);
        var measured = comparison.Measure(references, maxBatchSize);
        network.Engine = onnx;
        EngineTime[] times = [.. measured.SelectMany(t => new[] { new EngineTime(t.Batch, ServingEngine.Torch, t.One), new EngineTime(t.Batch, ServingEngine.Onnx, t.Other) })];
        return EngineComparison.Share(measured) < Gain
            ? new EngineChoice(ServingEngine.Onnx, "faster on this machine", IsRefusal: false, times)
            : Stay("ONNX Runtime is not faster on this machine", isRefusal: false) with { Times = times };
    }

    private EngineChoice Stay(string reason, bool isRefusal)
    {
        network.Engine?.Dispose();
        network.Engine = null;
        return new EngineChoice(ServingEngine.Torch, reason, isRefusal, []);
    }

    private IReadOnlyList<DetectionResult> By(OnnxPass? engine, IReadOnlyList<PreparedFrame> frames)
    {
        network.Engine = engine;
        return detect(frames);
    }
}
