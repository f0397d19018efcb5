using AnomalyLine.Learning.Losses;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Losses;

public sealed class FocalLossTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0.25)]
    public void Loss_EvenLogits_IsLogTwoWeighted(double gamma, double weight)
    {
        using var scope = NewDisposeScope();
        var loss = FocalLoss.Loss(zeros(1, 2, 4, 4), ones(1, 4, 4), gamma);
        Assert.Equal(weight * Math.Log(2), loss.item<float>(), 1e-5);
    }

    [Fact]
    public void Loss_OnePixelRightOneWrong_FollowsTheFormula()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 0, 0, 1, 1 }, [1, 2, 1, 2]);
        var p = 1 / (1 + Math.Exp(-1));
        var expected = (-(Math.Pow(1 - p, 2) * Math.Log(p)) - (Math.Pow(p, 2) * Math.Log(1 - p))) / 2;
        Assert.Equal(expected, FocalLoss.Loss(logits, tensor(new float[] { 1, 0 }, [1, 1, 2])).item<float>(), 1e-5);
    }
}
