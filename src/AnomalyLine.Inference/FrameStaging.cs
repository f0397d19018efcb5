using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>
/// Prepared frames on their way to the device that judges them, as one tensor: a buffer that is kept from batch to batch. For CUDA it is pinned, so that the card fetches it while
/// the caller goes on; whoever reads results back has waited for that, so that the next batch may take its place then. One thread at a time.
/// </summary>
/// <param name="input">What frames must be prepared to.</param>
/// <param name="device">Where they go.</param>
internal sealed class FrameStaging(InputSpec input, Device device) : IDisposable
{
    private Tensor? _buffer;

    /// <summary>What frames must be prepared to.</summary>
    public InputSpec Input => input;

    /// <summary>Where frames go.</summary>
    public Device Device => device;

    /// <summary>Copies frames to the device.</summary>
    /// <param name="frames">At least one.</param>
    /// <param name="size">Length of the batch, at least the number of frames; the rest holds frames of earlier batches, or zeros.</param>
    /// <returns>size x P x H x W in [0, 1], P the planes. On the processor it is the buffer itself, to be read before the next call.</returns>
    public Tensor Move(IReadOnlyList<PreparedFrame> frames, int size)
    {
        var buffer = BufferOf(size);
        Write(frames, MemoryMarshal.Cast<byte, float>(buffer.bytes));
        var batch = buffer.narrow(0, 0, size);
        return device.type == DeviceType.CPU ? batch : batch.to(device, non_blocking: true);
    }

    /// <summary>Writes frames one behind the other.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="values">As long at least; the rest stays as it is.</param>
    public void Write(IReadOnlyList<PreparedFrame> frames, Span<float> values)
    {
        var plane = input.Planes * input.Height * input.Width;
        for (var i = 0; i < frames.Count; i++)
        {
            if (!frames[i].Input.IsSameShape(input)) throw new ArgumentException($"Frame {i} is prepared to {frames[i].Input}, but the model takes {input}.", nameof(frames));
            frames[i].Values.CopyTo(values[(i * plane)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer?.Dispose();

    private Tensor BufferOf(int size)
    {
        if (_buffer?.shape[0] >= size) return _buffer;
        using var scope = NewDisposeScope();
        var buffer = zeros([size, input.Planes, input.Height, input.Width]);
        if (device.type == DeviceType.CUDA) buffer = buffer.pin_memory();
        _buffer?.Dispose();
        return _buffer = buffer.DetachFromDisposeScope();
    }
}
