using AnomalyLine.Learning.Methods.Dinomaly;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class EpochBoundTests
{
    [Theory]
    [InlineData(0, 100_000, 20)] // no bound
    [InlineData(500, 8, 20)] // few frames: all passes
    [InlineData(500, 200, 20)] // 25 steps a pass
    [InlineData(500, 201, 19)] // 26
    [InlineData(500, 606, 6)] // 76
    [InlineData(500, 100_000, 1)] // a pass at least
    [InlineData(500, 0, 20)]
    public void EpochsOf_Frames_AsManyPassesAsStepsAllow(int steps, int frames, int expected) =>
        Assert.Equal(expected, new DinomalyOptions { Epochs = 20, BatchSize = 8, MaxSteps = steps }.EpochsOf(frames));
}
