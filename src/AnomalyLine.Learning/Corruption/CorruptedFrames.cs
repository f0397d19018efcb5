using System.Runtime.InteropServices;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Corruption;

/// <summary>Batches of normal frames with anomalies made on them, to train on. Not what <see cref="SyntheticDefects"/> plants: that is for comparing models.</summary>
internal static class CorruptedFrames
{
    /// <summary>Corrupts copies of the frames; each takes material from another frame of the batch, or from itself where it is alone.</summary>
    /// <param name="frames">N x C x H x W in [0, 1].</param>
    /// <param name="random">Decides.</param>
    /// <param name="corruption">What is done to each frame.</param>
    /// <returns>The corrupted frames, and N x H x W with 1 where they were changed.</returns>
    public static (Tensor Frames, Tensor Masks) Make(Tensor frames, Random random, FrameCorruption corruption)
    {
        using var scope = NewDisposeScope();
        var size = new InputSpec((int)frames.shape[3], (int)frames.shape[2], (int)frames.shape[1]);
        var (count, plane) = ((int)frames.shape[0], size.Width * size.Height);

        // All in torch's memory: large managed arrays at each step would keep the garbage collector busy.
        var clean = frames.detach().cpu().contiguous();
        var corrupted = clean.clone();
        var masks = zeros([count, size.Height, size.Width]);
        var from = clean.bytes;
        var to = corrupted.bytes;
        var marked = masks.bytes;
        for (var i = 0; i < count; i++)
        {
            var other = count == 1 ? 0 : (i + 1 + random.Next(count - 1)) % count;
            corruption(Part(to, i, size.Length), Part(from, other, size.Length), size, random, Part(marked, i, plane));
        }

        return (corrupted.to(frames.device).MoveToOuterDisposeScope(), masks.to(frames.device).MoveToOuterDisposeScope());
    }

    private static Span<float> Part(Span<byte> values, int index, int length) => MemoryMarshal.Cast<byte, float>(values).Slice(index * length, length);
}
