using AnomalyLine.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Layers;

public sealed class ChainTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fold_TrainedNorms_ComputesTheSameWithoutThem(bool bias)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var chain = new Chain(
            nn.Conv2d(3, 5, 3, bias: bias), nn.BatchNorm2d(5), nn.ReLU(), nn.ConvTranspose2d(5, 4, 2, stride: 2, bias: bias), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 2, 1, bias: bias), nn.BatchNorm2d(2));
        chain.train();
        for (var i = 0; i < 5; i++) chain.call((rand(4, 3, 8, 8) * 3) + 1);
        chain.eval();
        var input = rand(2, 3, 8, 8);
        var before = chain.call(input);

        // A norm that were still called would now turn everything to zero.
        chain.Fold();
        foreach (var norm in chain.modules().OfType<BatchNorm2d>()) norm.weight!.fill_(0);
        Assert.True((chain.call(input) - before).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void StateDict_NamesTensorsAsSequentialDoes()
    {
        using var chain = new Chain(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU());
        using var sequential = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU());
        Assert.Equal(sequential.state_dict().Keys.Order(StringComparer.Ordinal), chain.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Forward_NoLinks_GivesItsInput()
    {
        using var scope = NewDisposeScope();
        using var chain = new Chain();
        var input = rand(1, 2);
        Assert.Equal(input.data<float>().ToArray(), chain.call(input).data<float>().ToArray());
    }
}
