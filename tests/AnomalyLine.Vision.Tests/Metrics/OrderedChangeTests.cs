using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class OrderedChangeTests
{
    [Fact]
    public void Find_LastThirdIsHigher_SaysFromWhereOn()
    {
        var random = new Random(3);
        double[] values = [.. Enumerable.Range(0, 60).Select(i => random.NextDouble() + (i < 40 ? 0 : 2))];

        var change = OrderedChange.Find(values)!;

        Assert.Equal((40, 1.0), (change.At, change.Share));
        Assert.True(change.PValue <= 0.001);
    }

    [Fact]
    public void Find_RandomOrder_IsUnremarkable()
    {
        // Of 100 random orders about one in twenty is below 0.05; more than 12 would have a chance of one in 800.
        var random = new Random(3);
        var below = Enumerable.Range(0, 100).Count(_ => OrderedChange.Find([.. Enumerable.Range(0, 30).Select(_ => random.NextDouble())])!.PValue < 0.05);

        Assert.InRange(below, 0, 12);
    }

    [Fact]
    public void Find_TooFew_IsNull() => Assert.Null(OrderedChange.Find([1, 2, 3, 4, 5, 6, 7, 8, 9]));
}
