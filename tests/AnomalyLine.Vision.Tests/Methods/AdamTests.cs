using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Optimisers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class AdamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_Float32_EqualsTorchsAdam(bool decouples)
    {
        using var scope = NewDisposeScope();
        using var ours = nn.Linear(6, 3);
        using var theirs = nn.Linear(6, 3);
        using (no_grad())
        {
            theirs.weight!.copy_(ours.weight!);
            theirs.bias!.copy_(ours.bias!);
        }

        using var adam = new Adam(ours, weightDecay: 0.1, beta1: 0.8, beta2: 0.95, decouples);
        using optim.Optimizer expected = decouples
            ? optim.AdamW(theirs.parameters(), 1e-2, 0.8, 0.95, weight_decay: 0.1)
            : optim.Adam(theirs.parameters(), 1e-2, 0.8, 0.95, weight_decay: 0.1);
        for (var i = 0; i < 5; i++)
        {
            var input = rand(4, 6);
            adam.Clear();
            ours.call(input).pow(2).sum().backward();
            adam.Step(1e-2);
            expected.zero_grad();
            theirs.call(input).pow(2).sum().backward();
            expected.step();
        }

        Assert.True((ours.weight! - theirs.weight!).abs().max().item<float>() < 1e-6f);
        Assert.True((ours.bias! - theirs.bias!).abs().max().item<float>() < 1e-6f);
    }

    [Fact]
    public void Step_Bfloat16_KeepsStepsThatItsRoundingWouldLose()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(1, 1, hasBias: false);
        using (no_grad()) layer.weight!.fill_(1);
        InferenceOptimizer.Convert(layer, ScalarType.BFloat16);
        using var adam = new Adam(layer, 0, 0.9, 0.999);
        for (var i = 0; i < 20; i++)
        {
            adam.Clear();
            layer.call(ones(1, 1, ScalarType.BFloat16)).sum().backward();
            adam.Step(1e-3);
        }

        // Twenty steps of 0.001 down; bfloat16 has 0.0039 between its numbers below 1, so each alone would vanish.
        Assert.Equal(0.98f, adam.Masters.Single().Value.item<float>(), 1e-4f);
        Assert.Equal(0.98f, layer.weight!.to(ScalarType.Float32).item<float>(), 3e-3f);
    }
}
