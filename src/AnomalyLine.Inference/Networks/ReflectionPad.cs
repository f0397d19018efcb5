using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>Reflects maps at their borders, as nn.ReflectionPad2d, which does not tell its size: N x C x H x W to N x C x H + 2 s x W + 2 s.</summary>
/// <param name="size">Pixels on each side, less than H and W.</param>
internal sealed class ReflectionPad(long size) : nn.Module<Tensor, Tensor>(nameof(ReflectionPad))
{
    /// <summary>Pixels on each side.</summary>
    public long Size => size;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.pad(input, [size, size, size, size], PaddingModes.Reflect);
}
