using System.Runtime.InteropServices;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Inference;

/// <summary>
/// The few batch sizes that a device ever sees: powers of two, and the largest batch. cuDNN plans each size that it has not met before, and its memory grows by each: on a GPU those
/// are met when the model is loaded, so that no frame waits for it (docs/adr/0030-judging-on-a-card.md).
/// </summary>
internal sealed class WarmUpBatchSizes
{
    private readonly List<int> _sizes = [];

    private WarmUpBatchSizes()
    {
    }

    /// <summary>The sizes, ascending.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <summary>The largest batch that the device can hold.</summary>
    public int Largest => _sizes[^1];

    /// <summary>Judges a batch of each size once, from 1 up, until memory runs out or the largest is reached.</summary>
    /// <param name="maxBatchSize">Most frames that will come at once, at least 1.</param>
    /// <param name="judge">Judges a batch of a size.</param>
    /// <exception cref="EngineException">Not even one frame finds room.</exception>
    public static WarmUpBatchSizes Find(int maxBatchSize, Action<int> judge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        var found = new WarmUpBatchSizes();
        for (var size = 1; ; size = Math.Min(2 * size, maxBatchSize))
        {
            try
            {
                judge(size);
            }
            catch (Exception e) when (e is ExternalException external && TorchEngine.IsOutOfMemory(external) || e is EngineException { Message: CardProbe.OutOfMemory })
            {
                if (size == 1) throw new EngineException("The device has no memory left for one frame of this model; free some, or let it judge on the processor with cpu as its device.", e);
                return found;
            }

            found._sizes.Add(size);
            if (size == maxBatchSize) return found;
        }
    }

    /// <summary>The size that a batch is filled up to.</summary>
    /// <param name="count">Frames, at most <see cref="Largest"/>.</param>
    public int SizeFor(int count) => _sizes.First(rung => rung >= count);
}
