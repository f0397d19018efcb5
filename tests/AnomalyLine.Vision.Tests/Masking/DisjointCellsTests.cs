using AnomalyLine.Learning.Masking;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class DisjointCellsTests
{
    [Theory]
    [InlineData(64, 64, 2, 3)]
    [InlineData(64, 48, 16, 3)]
    [InlineData(50, 30, 8, 4)]
    public void Draw_AnySize_HidesEachPixelInExactlyOneSet(int height, int width, int cell, int sets)
    {
        using var scope = NewDisposeScope();
        var masks = DisjointCells.Draw(height, width, cell, sets, new Random(1));
        Assert.Equal([sets, 1, height, width], masks.shape);
        Assert.True((1 - masks).sum([0]).eq(1).all().item<bool>());
    }

    [Fact]
    public void Draw_ThreeSets_AreOfNearEqualSize()
    {
        using var scope = NewDisposeScope();
        var hidden = (1 - DisjointCells.Draw(64, 64, 8, 3, new Random(7))).sum([1, 2, 3]).data<float>().ToArray();
        Assert.True(hidden.Max() - hidden.Min() <= 64);
    }

    [Fact]
    public void Draw_SameSeed_GivesTheSameMasks()
    {
        using var scope = NewDisposeScope();
        Assert.True(DisjointCells.Draw(32, 32, 4, 3, new Random(5)).Equals(DisjointCells.Draw(32, 32, 4, 3, new Random(5))));
        Assert.False(DisjointCells.Draw(32, 32, 4, 3, new Random(5)).Equals(DisjointCells.Draw(32, 32, 4, 3, new Random(6))));
    }
}
