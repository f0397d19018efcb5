using AnomalyLine.Vision.Imaging;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Models;

/// <summary>Prepared frames as one tensor.</summary>
internal static class FrameBatch
{
    /// <summary>Copies frames, each prepared to <paramref name="input"/>, into N x P x H x W in [0, 1] on the CPU, P the planes.</summary>
    public static Tensor ToTensor(IReadOnlyList<PreparedFrame> frames, InputSpec input)
    {
        var batch = empty([frames.Count, input.Planes, input.Height, input.Width], ScalarType.Float32);
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames[i].Input != input) throw new ArgumentException($"Frame {i} is prepared to {frames[i].Input}, but the model takes {input}.", nameof(frames));
            using var target = batch.select(0, i);
            frames[i].Values.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(target.bytes));
        }

        return batch;
    }
}
