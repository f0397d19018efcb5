using AnomalyLine.Learning.Methods.Features;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class RunningCovarianceTests
{
    [Fact]
    public void Add_TwoRows_GivesTheirMeanAndCovariance()
    {
        using var scope = NewDisposeScope();
        var seen = Empty(1, 2);
        seen.Add(tensor(new float[] { 1, 2, 3, 8 }).view(1, 2, 2));
        Assert.Equal(2, seen.Count);
        Assert.Equal([2.0, 5.0], seen.Mean.data<double>().ToArray());
        Assert.Equal([2.0, 6.0, 6.0, 18.0], seen.Covariance().data<double>().ToArray());
    }

    [Fact]
    public void Add_InParts_EqualsAllAtOnceFarFromZeroToo()
    {
        using var scope = NewDisposeScope();
        var rows = rand(3, 50, 4) + 1000;
        var (whole, parts) = (Empty(3, 4), Empty(3, 4));
        whole.Add(rows);
        parts.Add(rows.narrow(1, 0, 1));
        parts.Add(rows.narrow(1, 1, 30));
        parts.Add(rows.narrow(1, 31, 19));
        Assert.True((whole.Mean - parts.Mean).abs().max().item<double>() < 1e-4);
        Assert.True((whole.Covariance() - parts.Covariance()).abs().max().item<double>() < 1e-4);
    }

    [Fact]
    public void Covariance_OneRow_IsZero()
    {
        using var scope = NewDisposeScope();
        var seen = Empty(1, 2);
        seen.Add(ones(1, 1, 2));
        Assert.Equal(0, seen.Covariance().abs().max().item<double>());
    }

    private static RunningCovariance Empty(int places, int size) => new(0, zeros(places, size), zeros(places, size, size));
}
