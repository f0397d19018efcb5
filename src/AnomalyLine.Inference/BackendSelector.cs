using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;

namespace AnomalyLine.Inference;

/// <summary>
/// Chooses what computes a model's network, once, when it is loaded: whether a backend can run it, whether it gives the same on the model's reference frames, and whether it is faster
/// (docs/adr/0023-a-second-engine.md).
/// </summary>
/// <param name="torch">By libtorch in float32, on the CPU: what the file's results are known from.</param>
/// <param name="references">The model's reference frames.</param>
/// <param name="maxBatchSize">The largest batch that will come, at least 1.</param>
internal sealed class BackendSelector(InferencePipeline torch, IReadOnlyList<PreparedFrame> references, int maxBatchSize)
{
    /// <summary>Largest difference of a score or of a place in a map, as a part of the largest one on the reference frames.</summary>
    public const float Tolerance = 1e-3f;

    /// <summary>Another backend is chosen only if its time is below this fraction of libtorch's.</summary>
    public const double Gain = 0.95;

    /// <summary>Tries ONNX Runtime.</summary>
    /// <param name="wanted">Auto or Onnx.</param>
    /// <param name="make">Makes the other backend of the network.</param>
    /// <returns>What judges from now on, and why. Its backend is the caller's to dispose; the network stays the same.</returns>
    public (InferencePipeline Pipeline, EngineChoice Choice) TryOnnx(ServingEngine wanted, Func<InferenceNetwork, IInferenceBackend> make)
    {
        if (references.Count == 0) return Stay("the model file has no reference frames to compare engines with", isRefusal: false);
        IInferenceBackend? backend = null;
        var isTaken = false;
        try
        {
            backend = make(torch.Network);
            var onnx = torch.With(torch.Network, backend);
            var comparison = new EngineComparison(torch.Detect, onnx.Detect);
            var (score, map) = comparison.Difference(references);
            if (MathF.Max(score, map) is var difference && !(difference <= Tolerance))
                return Stay(FormattableString.Invariant($"ONNX Runtime differs by {difference:G3} of the largest value on the reference frames, more than {Tolerance}"), isRefusal: true);
            var measured = wanted == ServingEngine.Onnx ? [] : comparison.Measure(references, maxBatchSize);
            EngineTime[] times = [.. measured.SelectMany(t => new[] { new EngineTime(t.Batch, ServingEngine.Torch, t.One), new EngineTime(t.Batch, ServingEngine.Onnx, t.Other) })];
            isTaken = wanted == ServingEngine.Onnx || EngineComparison.Share(measured) < Gain;
            if (!isTaken) return (torch, new EngineChoice(ServingEngine.Torch, "ONNX Runtime is not faster on this machine", IsRefusal: false, times));
            return (onnx, new EngineChoice(ServingEngine.Onnx, wanted == ServingEngine.Onnx ? "asked for" : "faster on this machine", IsRefusal: false, times));
        }
        catch (Exception e) when (OnnxBackend.CannotRun(e))
        {
            return Stay($"ONNX Runtime cannot run this network: {e.Message}", isRefusal: true);
        }
        finally
        {
            if (!isTaken) backend?.Dispose();
        }
    }

    /// <summary>Takes a card if it gives the same on the reference frames, and is faster or asked for.</summary>
    /// <param name="wanted">Auto or Card.</param>
    /// <param name="open">Opens the model on a card, and meets the sizes of batches that will come.</param>
    /// <param name="soFar">What would judge without it.</param>
    /// <param name="choice">Why that would.</param>
    /// <returns>What judges from now on, and why; the card's parts, which are the caller's to dispose, or null where it was not taken.</returns>
    public (InferencePipeline Pipeline, EngineChoice Choice, CardParts? Card) TryCard(ServingEngine wanted, Func<CardParts> open, InferencePipeline soFar, EngineChoice choice)
    {
        (InferencePipeline, EngineChoice, CardParts?) Stay(string reason) => (soFar, choice with { Reason = reason, IsRefusal = true }, null);
        if (references.Count == 0) return Stay("the model file has no reference frames to compare a card with");
        CardParts? card = null;
        var isTaken = false;
        try
        {
            card = open();
            var comparison = new EngineComparison(soFar.Detect, card.Pipeline.Detect);
            var (score, map) = comparison.Difference(references);
            var (mostOfScore, mostOfMap) = TorchEngine.TensorFloat32 ? (Bfloat16Trial.MostScoreDifference, Bfloat16Trial.MostMapDifference) : (Tolerance, Tolerance);
            if (!(score <= mostOfScore && map <= mostOfMap))
                return Stay(FormattableString.Invariant($"the card changes scores by {score:G3} and maps by {map:G3} of the largest value on the reference frames, more than it may"));
            var measured = wanted == ServingEngine.Card ? [] : comparison.Measure(references, maxBatchSize);
            EngineTime[] times = [.. choice.Times, .. measured.Select(t => new EngineTime(t.Batch, ServingEngine.Card, t.Other))];
            isTaken = measured.Count == 0 || EngineComparison.Share(measured) < Gain;
            if (!isTaken) return (soFar, choice with { Times = times }, null);
            return (card.Pipeline, new EngineChoice(ServingEngine.Card, $"{(measured.Count == 0 ? "asked for" : "faster on this machine")}, {card.Words}", IsRefusal: false, times), card);
        }
        catch (Exception e) when (e is EngineException or NotSupportedException)
        {
            return Stay(e.Message);
        }
        finally
        {
            if (!isTaken) card?.Dispose();
        }
    }

    /// <summary>Takes bfloat16 if the reference frames bear it out and it is faster than the choice so far, or asked for.</summary>
    /// <param name="wanted">Auto or Bfloat16.</param>
    /// <param name="half">The same network in bfloat16; the caller disposes it unless it is chosen.</param>
    /// <param name="soFar">What would judge without it.</param>
    /// <param name="choice">Why that would.</param>
    public (InferencePipeline Pipeline, EngineChoice Choice) TryBfloat16(ServingEngine wanted, InferenceNetwork half, InferencePipeline soFar, EngineChoice choice)
    {
        var other = torch.With(half, new TorchBackend(half));
        var comparison = new EngineComparison(soFar.Detect, other.Detect);
        var (score, map) = comparison.Difference(references);
        if (!(score <= Bfloat16Trial.MostScoreDifference && map <= Bfloat16Trial.MostMapDifference))
        {
            var reason = FormattableString.Invariant($"bfloat16 changes scores by {score:G3} and maps by {map:G3} on the reference frames, more than its check allows");
            return (soFar, choice with { IsRefusal = true, Reason = reason });
        }

        var measured = wanted == ServingEngine.Auto ? comparison.Measure(references, maxBatchSize) : [];
        var others = choice.Times.Count > 0 ? choice.Times : [.. measured.Select(t => new EngineTime(t.Batch, ServingEngine.Torch, t.One))];
        EngineTime[] times = [.. others, .. measured.Select(t => new EngineTime(t.Batch, ServingEngine.Bfloat16, t.Other))];
        if (measured.Count > 0 && !(EngineComparison.Share(measured) < Gain)) return (soFar, choice with { Times = times });
        return (other, new EngineChoice(ServingEngine.Bfloat16, measured.Count == 0 ? "asked for" : "faster on this machine, and allowed by the training", IsRefusal: false, times));
    }

    private (InferencePipeline Pipeline, EngineChoice Choice) Stay(string reason, bool isRefusal) => (torch, new EngineChoice(ServingEngine.Torch, reason, isRefusal, []));
}
