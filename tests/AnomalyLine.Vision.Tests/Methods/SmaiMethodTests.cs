using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Layers;
using AnomalyLine.Learning.Masking;
using AnomalyLine.Learning.Methods.Smai;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class SmaiMethodTests
{
    private static readonly SmaiOptions Options = new() { Size = 64, Width = 4, Superpixels = 40, Gap = 4, Flatten = false, Smoothing = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnomalyMap_PassesInBatches_EqualsTheLoopOverPasses(bool isColoured)
    {
        using var method = Make(Options with { Masking = isColoured ? SuperpixelMasking.Coloured : SuperpixelMasking.OneByOne });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 64, 64);
        var loop = zeros(2, 64, 64);
        for (var n = 0; n < 2; n++)
        {
            var x = (frames.narrow(0, n, 1) * 2) - 1;
            var superpixels = method.Cut(frames.narrow(0, n, 1));
            var pass = isColoured ? SuperpixelColouring.Colour(superpixels, 4) : Enumerable.Range(0, superpixels.Count).ToArray();
            for (var p = 0; p <= pass.Max(); p++)
            {
                var hidden = tensor(superpixels.Labels.Select(l => pass[l] == p ? 1f : 0f).ToArray(), [1, 1, 64, 64]);
                var rebuilt = ((UNet)method.Network).call(cat([x * (1 - hidden), hidden], 1));
                loop[n].add_(((rebuilt - x).pow(2).mean([1]) * hidden.squeeze(1)).squeeze(0));
            }
        }

        Assert.True((method.AnomalyMap(frames) - loop).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void AnomalyMap_Flattened_IsTheMeanOfEachSuperpixel()
    {
        using var plain = Make(Options);
        using var flat = Make(Options with { Flatten = true });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 64, 64);
        var errors = plain.AnomalyMap(frame).data<float>().ToArray();
        var means = flat.AnomalyMap(frame).data<float>().ToArray();
        foreach (var region in plain.Cut(frame).Labels.Select((label, i) => (label, i)).GroupBy(p => p.label, p => p.i))
        {
            var mean = region.Average(i => errors[i]);
            Assert.All(region, i => Assert.Equal(mean, means[i], 1e-5f));
        }
    }

    [Fact]
    public void Rebuild_HiddenPlaces_DoNotReachTheNetwork()
    {
        using var method = Make(Options);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var hidden = rand(1, 1, 64, 64).gt(0.5).to(ScalarType.Float32);
        var x = rand(1, 3, 64, 64);
        var own = TorchBackend.ContextOf(method);
        Assert.True(SmaiMethod.Rebuild(x, hidden, own).Equals(SmaiMethod.Rebuild(x + hidden, hidden, own)));
    }

    private static SmaiMethod Make(SmaiOptions options)
    {
        random.manual_seed(1);
        var method = new SmaiMethod(options);
        method.Network.eval();
        return method;
    }
}
