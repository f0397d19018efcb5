using AnomalyLine.Inference.Backends.Torch;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class ZeroedMemoryTests
{
    /// <summary>Channels that do not fill oneDNN's blocks of 16.</summary>
    [Theory]
    [InlineData(3, 4, 32)]
    [InlineData(3, 24, 64)]
    [InlineData(4, 8, 16)]
    [InlineData(16, 3, 64)]
    public void ZeroNewMemory_FreedMemoryIsFullOfNaN_GradientsAreNumbers(int channels, int filters, int side)
    {
        random.manual_seed(1);
        for (var i = 0; i < 10; i++)
        {
            using var scope = NewDisposeScope();
            using var zeroed = TorchEngine.ZeroNewMemory();
            FreeNaN();
            using var layer = nn.Conv2d(channels, filters, 3, padding: 1);
            var frames = rand(4, channels, side, side).requires_grad_();
            using var transposed = nn.ConvTranspose2d(filters, channels, 3, padding: 1);
            var loss = transposed.call(layer.call(frames)).pow(2).mean();
            loss.backward();
            Assert.True(frames.grad!.isfinite().all().item<bool>(), $"round {i}");
            Assert.True(transposed.weight!.grad!.isfinite().all().item<bool>(), $"round {i}");
            Assert.True(layer.weight!.grad!.isfinite().all().item<bool>(), $"round {i}");
        }
    }

    private static void FreeNaN()
    {
        foreach (var waste in Enumerable.Range(8, 12).Select(power => full([1 << power], float.NaN)).ToArray()) waste.Dispose();
    }
}
