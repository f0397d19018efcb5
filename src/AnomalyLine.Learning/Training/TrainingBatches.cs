using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>What a method learns from, frame by frame, in batches of random order.</summary>
/// <param name="batchSize">Frames a training step.</param>
internal abstract class TrainingBatches(int batchSize) : IDisposable
{
    /// <summary>Number of frames.</summary>
    public abstract long Count { get; }

    /// <summary>Frames of some numbers, changed at random where the options ask for it: N x ... as <see cref="Methods.AnomalyMethod.TrainStep"/> takes them.</summary>
    public abstract Tensor Batch(long[] numbers, Random random);

    /// <summary>All that there is of some frames once, in their order, on a device; each batch is disposed when the next is asked for.</summary>
    /// <param name="numbers">The frames.</param>
    /// <param name="plain">Whether frames come as they are only, once each, where the options have them changed at random.</param>
    /// <param name="device">Where to.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public abstract IEnumerable<Tensor> Batches(IReadOnlyList<long> numbers, bool plain, Device device, CancellationToken cancel);

    /// <summary>All that there is once, in the order of the frames, on a device; each batch is disposed when the next is asked for.</summary>
    public IEnumerable<Tensor> Batches(Device device, CancellationToken cancel) => Batches(All, plain: false, device, cancel);

    /// <summary>All frames once as they are, in their order; as <see cref="Batches(Device, CancellationToken)"/>.</summary>
    public IEnumerable<Tensor> Plain(Device device, CancellationToken cancel) => Batches(All, plain: true, device, cancel);

    /// <summary>Some of the frames. Does not own what it takes them from.</summary>
    public TrainingBatches Only(IReadOnlyList<long> numbers) => new Some(this, batchSize, numbers);

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

    private long[] All => [.. Enumerable.Range(0, (int)Count).Select(i => (long)i)];

    private sealed class Some(TrainingBatches all, int batchSize, IReadOnlyList<long> numbers) : TrainingBatches(batchSize)
    {
        public override long Count => numbers.Count;

        public override Tensor Batch(long[] chosen, Random random) => all.Batch(Of(chosen), random);

        public override IEnumerable<Tensor> Batches(IReadOnlyList<long> chosen, bool plain, Device device, CancellationToken cancel) => all.Batches(Of(chosen), plain, device, cancel);

        public override void Dispose()
        {
        }

        private long[] Of(IReadOnlyList<long> chosen) => [.. chosen.Select(n => numbers[(int)n])];
    }
}
