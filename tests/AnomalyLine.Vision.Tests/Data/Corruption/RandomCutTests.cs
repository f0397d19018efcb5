using AnomalyLine.Vision.Data.Corruption;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Data.Corruption;

public class RandomCutTests
{
    [Fact]
    public void Apply_Side_CutsDifferentSquaresOfTheFrame()
    {
        using var scope = NewDisposeScope();
        var frame = arange(64, ScalarType.Float32).reshape(1, 1, 8, 8);

        var corners = Enumerable.Range(0, 40).Select(seed => RandomCut.Apply(frame, 4, new Random(seed))).ToArray();

        Assert.All(corners, cut => Assert.True(cut.equal(frame.narrow(2, (int)cut[0, 0, 0, 0].item<float>() / 8, 4).narrow(3, (int)cut[0, 0, 0, 0].item<float>() % 8, 4)).all().item<bool>()));
        Assert.Equal(0, corners.Min(cut => (int)cut[0, 0, 0, 0].item<float>()));
        Assert.Equal(36, corners.Max(cut => (int)cut[0, 0, 0, 0].item<float>()));
    }

    [Fact]
    public void Apply_Zero_LeavesTheFramesWhole()
    {
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 8, 8);

        Assert.True(RandomCut.Apply(frames, 0, new Random(1)).equal(frames).all().item<bool>());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(16, true)]
    [InlineData(64, true)]
    [InlineData(24, false)]
    [InlineData(80, false)]
    [InlineData(-16, false)]
    public void Problem_Side_IsNamedWhereItDoesNotFit(int side, bool fits) => Assert.Equal(fits, RandomCut.Problem(side, 64, 16) is null);
}
