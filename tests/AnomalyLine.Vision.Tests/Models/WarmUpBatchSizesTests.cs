using AnomalyLine.Detection;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Models;

[Trait("Speed", "Slow")]
public sealed class WarmUpBatchSizesTests(TrainedMethods trained)
{
    public static TheoryData<string> Names => [.. MethodCatalog.All.Select(m => m.Name)];

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(8, new[] { 1, 2, 4, 8 })]
    [InlineData(6, new[] { 1, 2, 4, 6 })]
    public void Climb_RoomEnough_EndsAtTheLargestBatch(int maxBatchSize, int[] expected)
    {
        var judged = new List<int>();
        var ladder = WarmUpBatchSizes.Find(maxBatchSize, judged.Add);
        Assert.Equal(expected, judged);
        Assert.Equal(expected, ladder.Sizes);
        Assert.All(Enumerable.Range(1, maxBatchSize), count => Assert.Equal(expected.First(size => size >= count), ladder.SizeFor(count)));
    }

    [Fact]
    public void Climb_MemoryRunsOut_EndsAtTheLastThatFitted()
    {
        var ladder = WarmUpBatchSizes.Find(32, size => Fill(size, room: 5));
        Assert.Equal([1, 2, 4], ladder.Sizes);
    }

    [Fact]
    public void Climb_NoRoomForOneFrame_SaysWhatToDo()
    {
        var error = Assert.Throws<EngineException>(() => WarmUpBatchSizes.Find(8, size => Fill(size, room: 0)));
        Assert.Contains("no memory left for one frame", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Climb_AnotherFailure_IsNotTakenForWantOfMemory() =>
        Assert.Throws<EngineFailure>(() => WarmUpBatchSizes.Find(8, _ => throw new EngineFailure("CUDNN_STATUS_NOT_SUPPORTED")));

    /// <summary>Fewer frames than a size, more than the largest, and a batch after a longer one, whose frames still lie behind its own.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_OnALadder_GivesWhatFramesGiveOneByOne(string name)
    {
        using var model = trained.Of(name).Load();
        var frames = DatasetFolder.Open(trained.DataFolder).TestFrames.Take(7).Select(f => TrainedMethods.Prepare(f.Path, model.Input)).ToArray();
        var singles = frames.Select(f => model.Detect([f])[0]).ToArray();

        model.WarmUp(maxBatchSize: 4);
        Assert.Equal(model.Network.BatchesFrames ? [1, 2, 4] : null, model.BatchSizes?.Sizes);
        foreach (var taken in new[] { ..7, 2..5, 4..5 })
        {
            var detections = model.Detect(frames[taken]);
            Assert.All(singles[taken].Zip(detections, (single, batched) => (single, batched)), pair =>
            {
                Assert.Equal(pair.single.Score, pair.batched.Score, 1e-4f);
                Assert.True(MethodContractTests.LargestDifference(pair.single.Map, pair.batched.Map) < 1e-4);
            });
            Assert.Equal(singles[taken].Length, detections.Count);
        }

        foreach (var frame in frames) frame.Dispose();
    }

    private static void Fill(int size, int room)
    {
        if (size > room) throw new EngineFailure("CUDA out of memory. Tried to allocate 20.00 MiB");
    }
}
