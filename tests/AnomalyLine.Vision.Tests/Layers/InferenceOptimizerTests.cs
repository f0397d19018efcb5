using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Layers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Layers;

public sealed class InferenceOptimizerTests
{
    [Fact]
    public void ChannelsLast_Network_ComputesTheSame()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new UNet(3, 3, 8);
        network.eval();
        var input = rand(2, 3, 32, 32);
        var before = network.call(input);
        InferenceOptimizer.ChannelsLast(network);
        Assert.All(network.named_parameters().Where(p => p.parameter.dim() == 4 && p.parameter.shape[1] > 1), p => Assert.Equal(1, p.parameter.stride()[1]));
        Assert.True((network.call(input) - before).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Convert_ToBfloat16_GivesNearlyTheSameAsFloat32()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new UNet(3, 3, 8);
        network.eval();

        // As models are trained and judge: in the plain order oneDNN 3.7 differs by a tenth and more on an AMD EPYC (family 26).
        InferenceOptimizer.ChannelsLast(network);
        var input = rand(2, 3, 32, 32);
        var before = network.call(input);
        InferenceOptimizer.Convert(network, ScalarType.BFloat16);
        var after = network.call(input);
        Assert.Equal(ScalarType.Float32, after.dtype);
        Assert.InRange((after - before).abs().max().item<float>(), 1e-7f, 0.02f);
    }
}
