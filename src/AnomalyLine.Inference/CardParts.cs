using System.Numerics;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;

namespace AnomalyLine.Inference;

/// <summary>A model on a card: in one graph where its method has a form for it, else pass by pass.</summary>
/// <param name="Pipeline">Judges there.</param>
/// <param name="Owned">What it holds there.</param>
/// <param name="Sizes">The sizes of batches that it fills up to; null where it cuts them itself.</param>
/// <param name="Words">Where it runs, for people.</param>
internal sealed record CardParts(InferencePipeline Pipeline, IDisposable Owned, WarmUpBatchSizes? Sizes, string Words) : IDisposable
{
    /// <summary>Opens a model by the provider that the options name.</summary>
    /// <param name="torch">The model by libtorch, on the processor.</param>
    /// <param name="normal">What its map is measured against; null for the plain map.</param>
    /// <param name="options">Where it shall run.</param>
    /// <param name="maxBatchSize">The largest batch that will come.</param>
    /// <exception cref="EngineException">There is no card, it has too little memory, or the provider refuses the model.</exception>
    /// <exception cref="NotSupportedException">The method's pass has no form in ONNX.</exception>
    public static CardParts Open(InferencePipeline torch, PixelwiseNormalizer? normal, CardOptions options, int maxBatchSize)
    {
        // TensorRT plans up to the largest batch; tiles come eight at a time at most.
        var largest = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(maxBatchSize, 8));
        var session = JudgingGraph.Open(torch.Network, normal, options, largest);
        if (session is null)
        {
            var backend = CardBackend.Of(torch.Network, options);
            return new CardParts(torch.With(torch.Network, backend), backend, null, $"pass by pass by {options.Provider}");
        }

        var pipeline = torch.With(session);
        try
        {
            var sizes = torch.Input.Tiles is null ? WarmUpBatchSizes.Find(maxBatchSize, size => pipeline.Detect([], size)) : null;
            return new CardParts(pipeline, session, sizes, session.Device is { } device ? FormattableString.Invariant($"in one graph by {options.Provider} on card {device}") : "in one graph on the processor");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Owned.Dispose();
}
