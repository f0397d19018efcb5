using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class StationRemovalTests
{
    [Fact]
    public async Task RemoveStationAsync_WithInspections_TakesNoFramesAndItsLogStaysReadable()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        await line.InspectAsync("s", 1, "part");
        Assert.Equal(1, (await line.Line.RemoveStationAsync("s", TestLine.Cancellation)).Value.LastSequence);

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(LineErrorCode.StationNotFound, (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)))).Error?.Code);
            Assert.Equal(LineErrorCode.StationNotFound, (await line.Line.SetModeAsync("s", StationMode.Stopped, TestLine.Cancellation)).Error?.Code);
            Assert.Equal(LineErrorCode.StationNotFound, (await line.Line.RemoveStationAsync("s", TestLine.Cancellation)).Error?.Code);
            Assert.Equal(["t"], line.Line.Stations.Select(station => station.Name));
            Assert.Equal("part", line.Line.Log.Get("s", 1).Value.PartId);
            Assert.Single(line.ReadAll("s"));
            Assert.False(Assert.Single(line.Line.ListRecipes("s").Value).IsActive);
            Assert.Equal(Verdict.Ok, (await line.InspectAsync("t", 1)).Verdict);
            await line.ReopenAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RemoveStationAsync_LongAgo_ItsInspectionsGoWithLaterCommitsAndItsNumbersStay(bool isReopened)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var line = new TestLine(time);
        line.Options.RemovedStationRetention = TimeSpan.FromDays(2);
        await line.OpenAsync("s", "t");
        for (var i = 0; i < 70; i++) await line.InspectAsync("s", 1);
        await line.Line.RemoveStationAsync("s", TestLine.Cancellation);
        time.Advance(TimeSpan.FromDays(1));
        await line.InspectAsync("t", 1);
        Assert.Equal(70, line.ReadAll("s").Count);
        if (isReopened) await line.ReopenAsync();

        time.Advance(TimeSpan.FromDays(1));
        await line.InspectAsync("t", 1);
        Assert.Equal([65L, 66L, 67L, 68L, 69L, 70L], line.ReadAll("s").Select(record => record.Sequence));
        await line.InspectAsync("t", 1);
        Assert.Equal([70L], line.ReadAll("s").Select(record => record.Sequence));
        Assert.Equal(3, line.ReadAll("t").Count);

        await line.ReopenAsync();
        await line.Line.CreateStationAsync("s", TestLine.Cancellation);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s"), TestLine.Cancellation);
        Assert.Equal(71, (await line.InspectAsync("s", 1)).Sequence);
        await line.InspectAsync("t", 1);
        Assert.Equal([70L, 71L], line.ReadAll("s").Select(record => record.Sequence));
    }

    [Fact]
    public async Task RemoveStationAsync_FrameIsInTheModel_ItIsStillJudgedAndTheModelGoesAfterIt()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var detector = line.Detectors["m-0"];
        detector.Hold();
        var accepted = line.InspectAsync("s", 1);
        await detector.EnteredAsync();
        await line.Line.RemoveStationAsync("s", TestLine.Cancellation);
        detector.Release();

        Assert.Equal(Verdict.Ok, (await accepted).Verdict);
        await detector.Disposed.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Null(line.Line.Evidence.Latest("x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CreateStationAsync_NameOfARemovedOne_GoesOnWithItsNumbersWithoutARecipe(bool isReopened)
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-1") with { ProductId = "p" }, TestLine.Cancellation);
        await line.InspectAsync("s", 1);
        await line.InspectAsync("s", 1);
        await line.Line.RenameStationAsync("s", "old name", TestLine.Cancellation);
        await line.Line.RemoveStationAsync("s", TestLine.Cancellation);
        if (isReopened) await line.ReopenAsync();

        var again = (await line.Line.CreateStationAsync("s", TestLine.Cancellation)).Value;
        Assert.Equal((StationFault.NoRecipe, 2L, default, ""), (again.FaultKind, again.LastSequence, again.Counters, again.DisplayName));
        if (isReopened) await line.ReopenAsync();
        Assert.Equal(ReasonCode.NoRecipe, (await line.InspectAsync("s", 1)).ReasonCode);
        Assert.Equal(3, (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s"), TestLine.Cancellation)).Value.Revision);
        await line.ReopenAsync();

        Assert.Equal((4L, 3), await InspectAsync(line));
        Assert.Equal(LineErrorCode.RecipeNotFound, line.Line.GetRecipe("s", "p").Error?.Code);
        Assert.Equal([1L, 2L, 3L, 4L], line.ReadAll("s").Select(record => record.Sequence));
        Assert.Equal([3, 2, 1], line.Line.ListRecipes("s").Value.Select(revision => revision.Recipe.Revision));
    }

    [Fact]
    public async Task Watch_CursorOfARemovedStation_GetsWhatItHasNotSeenAndNothingOtherwise()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        for (var i = 0; i < 3; i++) await line.InspectAsync("s", 1);
        await line.InspectAsync("t", 1);
        await line.Line.RemoveStationAsync("s", TestLine.Cancellation);

        var resumed = await FirstAsync(line, new WatchRequest { Cursors = new Dictionary<string, long> { ["s"] = 2, ["t"] = 1 } });
        Assert.Equal(("s", 3L), (resumed.Station, resumed.Sequence));
        var fresh = await FirstAsync(line, new WatchRequest { Tail = 10 });
        Assert.Equal(("t", 1L), (fresh.Station, fresh.Sequence));
    }

    [Fact]
    public async Task RemoveStationAsync_WhileAModelLoadsForIt_TheActivationIsToldAndTheModelGoes()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var activation = line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "slow-1"), TestLine.Cancellation);
        await line.LoadingAsync();
        Assert.Null((await line.Line.RemoveStationAsync("s", TestLine.Cancellation).WaitAsync(TestLine.Patience, TestLine.Cancellation)).Error);
        line.SlowLoads.SetResult();

        Assert.Equal(LineErrorCode.StationNotFound, (await activation).Error?.Code);
        await line.Detectors["slow-1"].Disposed.WaitAsync(TestLine.Patience, TestLine.Cancellation);
    }

    [Fact]
    public async Task RenameStationAsync_ForPeople_IsShownAndKeptAndTheNameStays()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var renamed = (await line.Line.RenameStationAsync("s", " Press 1, left ", TestLine.Cancellation)).Value;
        Assert.Equal(("s", "Press 1, left", "Press 1, left"), (renamed.Name, renamed.DisplayName, renamed.ShownName));
        Assert.Equal(LineErrorCode.InvalidStationName, (await line.Line.RenameStationAsync("s", "a\nb", TestLine.Cancellation)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidStationName, (await line.Line.RenameStationAsync("s", new string('x', 65), TestLine.Cancellation)).Error?.Code);
        await line.ReopenAsync();

        Assert.Equal("Press 1, left", line.Line.GetStation("s").Value.DisplayName);
        Assert.Equal("s", (await line.Line.RenameStationAsync("s", "", TestLine.Cancellation)).Value.ShownName);
    }

    private static async Task<(long Sequence, int Revision)> InspectAsync(TestLine line)
    {
        var record = await line.InspectAsync("s", 1);
        return (record.Sequence, record.RecipeRevision);
    }

    private static async Task<InspectionRecord> FirstAsync(TestLine line, WatchRequest request)
    {
        await using var watch = line.Line.Feed.Watch(request).Value.GetAsyncEnumerator(TestLine.Cancellation);
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TestLine.Patience, TestLine.Cancellation));
        return watch.Current;
    }
}
