using static TorchSharp.torch;

namespace AnomalyLine.Vision.Training;

/// <summary>What a method learns from, frame by frame, in batches of random order.</summary>
/// <param name="batchSize">Frames a training step.</param>
internal abstract class TrainingBatches(int batchSize) : IDisposable
{
    /// <summary>Number of frames.</summary>
    public abstract long Count { get; }

    /// <summary>Frames of some numbers, changed at random where the options ask for it: N x ... as <see cref="Methods.AnomalyMethod.TrainStep"/> takes them.</summary>
    public abstract Tensor Batch(long[] numbers, Random random);

    /// <summary>All there is once, in the order of the frames, on a device; each batch is disposed when the next is asked for.</summary>
    public abstract IEnumerable<Tensor> Batches(Device device, CancellationToken cancel);

    /// <summary>Each frame's number once, in random order, in batches; a last batch of one joins the one before it, for batch norm's sake.</summary>
    public IEnumerable<long[]> Epoch(Random random)
    {
        var order = new long[Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        random.Shuffle(order);
        for (var at = 0; at < order.Length;)
        {
            var end = Math.Min(at + batchSize, order.Length);
            if (order.Length - end == 1) end = order.Length;
            yield return order[at..end];
            at = end;
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
