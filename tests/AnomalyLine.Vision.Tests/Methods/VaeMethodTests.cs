using AnomalyLine.Learning.Methods.Vae;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class VaeMethodTests
{
    private static readonly VaeOptions Small = new() { Size = 128, Width = 4, Latent = 8, Smoothing = 1 };

    [Fact]
    public void Divergence_KnownPosteriors_IsTheClosedForm()
    {
        using var scope = NewDisposeScope();

        // Two numbers: N(0, 1) is the prior itself; N(3, e) gives (9 + e - 1 - 1) / 2.
        var mean = tensor(new float[] { 0, 3 }).view(1, 2, 1, 1);
        var logVariance = tensor(new float[] { 0, 1 }).view(1, 2, 1, 1);
        Assert.Equal((9 + Math.E - 2) / 2, VaeMethod.Divergence(mean, logVariance)[0].item<float>(), 1e-5);
    }

    [Fact]
    public void Loss_DrawnLatent_IsTheScaledEvidenceBound()
    {
        using var method = new VaeMethod(Small with { Variance = 0.05, Beta = 4 });
        var network = (VaeNetwork)method.Network;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(3, 3, 128, 128);

        // Far from the prior, so that the divergence counts: random weights give hardly any.
        var heads = network.named_parameters().Last(p => p.name.StartsWith("_encoder", StringComparison.Ordinal)).parameter;
        heads.narrow(0, 0, Small.Latent).fill_(3);
        heads.narrow(0, Small.Latent, Small.Latent).fill_(1);
        var (mean, logVariance) = network.Encode(frames);
        random.manual_seed(5);
        var latent = mean + (logVariance.exp().sqrt() * randn_like(mean));
        var (squares, values) = ((network.Decode(latent) - frames).pow(2).sum().item<float>() / 3, 3 * 128 * 128);
        var divergence = 0.0;
        for (var n = 0; n < 3; n++)
        {
            for (var d = 0; d < Small.Latent; d++)
            {
                double m = mean[n, d, 0, 0].item<float>(), v = Math.Exp(logVariance[n, d, 0, 0].item<float>());
                divergence += 0.5 * (v + (m * m) - 1 - Math.Log(v)) / 3;
            }
        }

        random.manual_seed(5);
        var loss = method.Loss(frames, new Random(1)).item<float>();
        Assert.InRange(divergence, 30, 50);
        Assert.Equal((squares / (2 * 0.05)) + (4 * divergence), loss * values / (2 * 0.05), 1e-3 * squares);
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.05, 1.0)]
    [InlineData(0.1, 2.0)]
    [InlineData(1.0, 2.0)]
    public void DivergenceWeight_WarmUp_RisesInALine(double progress, double expected)
    {
        using var method = new VaeMethod(Small with { Beta = 2, WarmUp = 0.1 });
        Assert.Equal(expected, method.DivergenceWeight(progress), 1e-9);
    }

    [Fact]
    public void AnomalyMap_SameFrame_IsTheSameEachTimeAndFromTheMean()
    {
        using var method = new VaeMethod(Small);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var network = (VaeNetwork)method.Network;
        var frames = rand(1, 3, 128, 128);
        var map = method.AnomalyMap(frames);
        Assert.True(map.Equals(method.AnomalyMap(frames)));
        Assert.True((map - (frames - network.Decode(network.Encode(frames).Mean)).pow(2).mean([1])).abs().max().item<float>() < 1e-6f);
    }
}
