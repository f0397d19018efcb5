using AnomalyLine.Learning.Methods.Autoencoder;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class AutoencoderMethodTests
{
    [Fact]
    public void Network_PatchForTextures_HasThePublishedSize()
    {
        using var network = new AutoencoderNetwork(new AutoencoderOptions { Size = 128, Latent = 100, Channels = 1 });
        var millions = network.parameters().Sum(p => p.NumberOfElements) / 1e6;
        Assert.Equal(1.05, millions, 0.1);
    }

    [Fact]
    public void Options_Published_ShowAsManyViewsOf200FramesAsThePaper() =>
        Assert.Equal(200 * 10_000, new AutoencoderOptions().Epochs * 200);

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    public void Network_EachSize_GivesItsInputSize(int size)
    {
        using var network = new AutoencoderNetwork(new AutoencoderOptions { Size = size, Width = 4, Latent = 8 });
        using var scope = NewDisposeScope();
        Assert.Equal([2, 3, size, size], network.call(rand(2, 3, size, size)).shape);
    }

    [Fact]
    public void AnomalyMap_SlidingWindows_AverageWhatEachWindowRebuilds()
    {
        var options = new AutoencoderOptions { Size = 160, Window = 128, Stride = 32, Width = 4, Latent = 8, Loss = ReconstructionLoss.L2, Smoothing = 1 };
        using var method = new AutoencoderMethod(options);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(1, 3, 160, 160);
        var sum = zeros_like(frames);
        var count = zeros_like(frames);
        foreach (var y in new[] { 0, 32 })
        {
            foreach (var x in new[] { 0, 32 })
            {
                sum.narrow(2, y, 128).narrow(3, x, 128).add_(((AutoencoderNetwork)method.Network).call(frames.narrow(2, y, 128).narrow(3, x, 128)));
                count.narrow(2, y, 128).narrow(3, x, 128).add_(1);
            }
        }

        var expected = (frames - (sum / count)).pow(2).mean([1]);
        Assert.True((method.AnomalyMap(frames) - expected).abs().max().item<float>() < 1e-5f);
    }
}
