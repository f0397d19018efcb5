using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Layers;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Masking;
using AnomalyLine.Learning.Methods.Riad;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class RiadMethodTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(4)]
    [InlineData(1)]
    public void AnomalyMap_MasksInBatches_EqualsTheLoopOverMasks(int atOnce)
    {
        var options = new RiadOptions { Size = 64, Width = 8, Cells = [2, 8], Smoothing = 1 };
        random.manual_seed(1);
        using var method = new RiadMethod(options) { PassesAtOnce = atOnce };
        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 64, 64);
        var loop = zeros(2, 64, 64);
        var masking = new Random(options.MaskSeed);
        foreach (var cell in options.Cells)
        {
            var masks = DisjointCells.Draw(64, 64, cell, options.Sets, masking);
            for (var n = 0; n < 2; n++)
            {
                var x = (frames.narrow(0, n, 1) * 2) - 1;
                var rebuilt = zeros_like(x);
                for (var i = 0; i < options.Sets; i++)
                {
                    var mask = masks.narrow(0, i, 1);
                    rebuilt.add_((1 - mask) * ((UNet)method.Network).call(x * mask));
                }

                loop[n].add_(GradientMagnitudeSimilarity.Distance(x, rebuilt, 2, options.Scales, ThreadTeam.Alone)[0] / options.Cells.Count);
            }
        }

        Assert.True((method.AnomalyMap(frames) - loop).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void Network_PaperWidth_HasThePublishedSize()
    {
        using var network = new UNet(3, 3, 64);
        var millions = network.parameters().Sum(p => p.NumberOfElements) / 1e6;
        Assert.Equal(28.8, millions, 0.1);
    }
}
