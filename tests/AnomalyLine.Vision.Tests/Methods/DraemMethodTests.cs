using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Methods.Draem;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class DraemMethodTests
{
    [Fact]
    public void Networks_PublishedWidths_HaveThePublishedSizes()
    {
        // The reconstructive network at half its width: 69.0 million weights would take a second to draw.
        using var network = new DraemNetwork(new DraemOptions { Width = 64 });
        var sizes = network.named_children().ToDictionary(c => c.name, c => c.module.parameters().Sum(p => p.NumberOfElements) / 1e6);
        Assert.Equal(17.3, sizes["_reconstructive"], 0.1);
        Assert.Equal(28.4, sizes["_discriminative"], 0.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Network_EachNumberOfChannels_GivesFrameAndLogits(int channels)
    {
        using var network = new DraemNetwork(new DraemOptions { Channels = channels, Width = 4, DiscriminativeWidth = 4 });
        using var scope = NewDisposeScope();
        var (restored, logits) = network.call(rand(2, channels, 64, 64));
        Assert.Equal([2, channels, 64, 64], restored.shape);
        Assert.Equal([2, 2, 64, 64], logits.shape);
    }

    [Fact]
    public void AnomalyMap_Logits_IsTheSoftmaxOfTheSecond()
    {
        using var method = Make(new DraemOptions { Size = 32, Width = 4, DiscriminativeWidth = 4 });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 32, 32);
        var expected = nn.functional.softmax(((DraemNetwork)method.Network).call(frames).Logits, 1).select(1, 1);
        Assert.True((method.AnomalyMap(frames) - expected).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Score_SinglePixelAgainstBlock_CountsTheBlock()
    {
        // The unsmoothed map is for places, the smoothed one for the verdict: 9 weak pixels outweigh one strong.
        using var method = Make(new DraemOptions { Size = 32, Width = 4, DiscriminativeWidth = 4, Smoothing = 3 });
        using var scope = NewDisposeScope();
        var map = zeros(2, 32, 32);
        map[0, 16, 16] = 0.9f;
        map.select(0, 1).narrow(0, 8, 3).narrow(1, 8, 3).fill_(0.5f);
        var score = method.Score(map);
        Assert.Equal(0.1f, score[0].item<float>(), 1e-4f);
        Assert.Equal(0.5f, score[1].item<float>(), 1e-4f);
        Assert.True(score.Equals(MeanFilter.Apply(map, 3, ThreadTeam.Alone).flatten(1).amax([1])));
    }

    private static DraemMethod Make(DraemOptions options)
    {
        random.manual_seed(1);
        var method = new DraemMethod(options);
        method.Network.eval();
        return method;
    }
}
