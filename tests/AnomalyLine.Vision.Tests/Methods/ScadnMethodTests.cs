using AnomalyLine.Learning.Masking;
using AnomalyLine.Learning.Methods.Scadn;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class ScadnMethodTests
{
    private static readonly ScadnOptions Options = new() { Size = 32, Width = 4, Blocks = 2, Cycles = [2, 8] };

    [Theory]
    [InlineData(16)]
    [InlineData(3)]
    [InlineData(1)]
    public void AnomalyMap_MasksInBatches_EqualsTheLoopOverMasks(int atOnce)
    {
        using var method = Make(Options with { Fusion = ScaleFusion.Mean });
        method.PassesAtOnce = atOnce;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 32, 32);
        for (var n = 0; n < 2; n++)
        {
            var x = frames.narrow(0, n, 1);
            var expected = (ScaleMap(method, x, 2) + ScaleMap(method, x, 8)) / 2;
            Assert.True((method.AnomalyMap(frames)[n] - expected).abs().max().item<float>() < 1e-4f);
        }
    }

    [Fact]
    public void AnomalyMap_MaxScale_IsTheMapThatExceedsItsNormalErrorMost()
    {
        using var method = Make(Options);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 32, 32);
        var (two, eight) = (ScaleMap(method, frame, 2), ScaleMap(method, frame, 8));
        var difference = (two.mean() - eight.mean()).item<float>();
        var errors = ((ScadnGenerator)method.Network).NormalErrors;
        errors[1] = difference + 0.01f;
        Assert.True((method.AnomalyMap(frame)[0] - eight).abs().max().item<float>() < 1e-5f);
        errors[1] = difference - 0.01f;
        Assert.True((method.AnomalyMap(frame)[0] - two).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Complete_Normals_TakesTheMeanErrorOfEachScale()
    {
        using var method = Make(Options);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(3, 3, 32, 32);
        method.Complete([frames.narrow(0, 0, 2), frames.narrow(0, 2, 1)]);
        var errors = ((ScadnGenerator)method.Network).NormalErrors;
        var expected = Enumerable.Range(0, 3).Average(n => ScaleMap(method, frames.narrow(0, n, 1), 8).mean().item<float>());
        Assert.Equal(expected, errors[3].item<float>(), 1e-6f);
        Assert.Equal(0, errors[2].item<float>());
    }

    [Fact]
    public void TrainStep_OneStep_MovesBothPlayers()
    {
        using var method = Make(Options);
        method.Network.train();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 32, 32);
        var players = new[] { method.Network, method.Discriminator };
        var before = players.Select(p => p.parameters().First().clone()).ToArray();
        method.TrainStep(frames, 0.5, new Random(1));
        for (var i = 0; i < players.Length; i++) Assert.False(before[i].Equals(players[i].parameters().First()));
    }

    [Fact]
    public void Network_PaperWidth_HasThePublishedSize()
    {
        using var network = new ScadnGenerator(3, 64, 8);
        var millions = network.parameters().Sum(p => p.NumberOfElements) / 1e6;
        Assert.Equal(42.1, millions, 0.1);
    }

    [Fact]
    public void Norm_AfterManyIterations_IsTheLargestSingularValue()
    {
        random.manual_seed(1);
        using var convolution = new SpectralConvolution(3, 6, 2);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < 200; i++) convolution.Norm();
        var largest = linalg.svdvals(convolution.parameters().Single().flatten(1)).max().item<float>();
        Assert.Equal(largest, convolution.Norm().item<float>(), largest * 1e-3f);
    }

    private static Tensor ScaleMap(ScadnMethod method, Tensor x, int cycles)
    {
        var masks = Stripes.Of(32, cycles);
        var maps = Enumerable.Range(0, 4).Select(i =>
        {
            var hidden = masks.narrow(0, i, 1);
            var rebuilt = ((ScadnGenerator)method.Network).call((x * (1 - hidden)) + hidden);
            return ((rebuilt - x).pow(2) * hidden).mean([1]);
        });
        return cat(maps.ToArray()).amax([0]);
    }

    private static ScadnMethod Make(ScadnOptions options)
    {
        random.manual_seed(1);
        var method = new ScadnMethod(options);
        method.Network.eval();
        return method;
    }
}
