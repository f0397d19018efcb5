using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Tests;

public sealed class RecipeTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task CreateStationAsync_NameOutsideTheRules_IsInvalid(string name)
    {
        await using var line = await new TestLine().OpenAsync();
        Assert.Equal(LineErrorCode.InvalidStationName, (await line.Line.CreateStationAsync(name, TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task CreateStationAsync_NameTaken_IsAnErrorAndNamesDifferByCase()
    {
        await using var line = await new TestLine().OpenAsync();
        Assert.Null((await line.Line.CreateStationAsync("b", TestLine.Cancellation)).Error);
        Assert.Null((await line.Line.CreateStationAsync("B-1_x.2", TestLine.Cancellation)).Error);
        Assert.Equal(LineErrorCode.StationExists, (await line.Line.CreateStationAsync("b", TestLine.Cancellation)).Error?.Code);
        Assert.Equal(["B-1_x.2", "b"], line.Line.Stations.Select(s => s.Name));
        Assert.Contains("no active recipe", line.Line.Stations[1].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivateRecipeAsync_RequestThatCannotBe_IsAnErrorAndTheOldRecipeStays()
    {
        await using var line = await new TestLine().OpenAsync("s");
        (Recipe Recipe, LineErrorCode Code)[] cases =
        [
            (TestLine.Recipe("t"), LineErrorCode.StationNotFound),
            (TestLine.Recipe("s", model: ""), LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s", threshold: float.NaN), LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s", threshold: -1), LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s", deadlineSeconds: 61), LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s") with { Area = new RegionOfInterest(0, 0, 0, 1) }, LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s") with { Area = new InspectionArea(null, [new AreaShape(AreaShapeKind.Polygon, [0, 0, 5, 5])]) }, LineErrorCode.InvalidRecipe),
            (TestLine.Recipe("s", model: "gone-1"), LineErrorCode.ModelNotFound),
            (TestLine.Recipe("s", model: "broken-1"), LineErrorCode.ModelUnusable),
            (TestLine.Recipe("s", model: "other-1"), LineErrorCode.ModelUnusable),
        ];
        foreach (var (recipe, code) in cases)
        {
            Assert.Equal(code, (await line.Line.ActivateRecipeAsync(recipe, TestLine.Cancellation)).Error?.Code);
        }

        Assert.Equal(("m-0", 1), (line.Line.GetRecipe("s").Value.ModelVersion, line.Line.GetRecipe("s").Value.Revision));
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 1)).Verdict);
    }

    [Fact]
    public async Task ActivateRecipeAsync_AreaWithShapes_IsKeptOverARestart()
    {
        var area = new InspectionArea(new RegionOfInterest(8, 8, 9, 8), [new AreaShape(AreaShapeKind.Rectangle, [8, 8, 10, 10]), new AreaShape(AreaShapeKind.Stroke, [12, 12, 14, 13], 2)]);
        await using var line = await new TestLine().OpenAsync("s");
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { Area = area }, TestLine.Cancellation);
        await line.Line.DisposeAsync();

        await line.OpenAsync();

        Assert.Equal(area, line.Line.GetRecipe("s").Value.Area);
    }

    [Fact]
    public async Task ActivateRecipeAsync_SeveralWrongValues_NamesThemAll()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var error = (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "", float.NaN, 0), TestLine.Cancellation)).Error;
        Assert.Contains("model version", error?.Message, StringComparison.Ordinal);
        Assert.Contains("the threshold NaN", error?.Message, StringComparison.Ordinal);
        Assert.Contains("deadline of 0 ms", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivateRecipeAsync_ThirdModel_UnloadsTheFirstOnItsOwnThreadAndKeepsTheSecond()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 1);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-1"), TestLine.Cancellation);
        Assert.False(line.Detectors["m-0"].Disposed.IsCompleted);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-2"), TestLine.Cancellation);

        await line.Detectors["m-0"].Disposed.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Single(line.Detectors["m-0"].Threads);
        Assert.False(line.Detectors["m-1"].Disposed.IsCompleted);

        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-1"), TestLine.Cancellation);
        Assert.Equal(["m-0", "m-1", "m-2"], line.Loads);
        Assert.Equal(("m-1", 4), ((await line.InspectAsync("s", 1)).ModelVersion, line.Line.GetRecipe("s").Value.Revision));
    }

    [Fact]
    public async Task ActivateRecipeAsync_FramesAccepted_KeepTheirRecipeAndModel()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var first = line.Detectors["m-0"];
        first.Hold();
        var inModel = line.InspectAsync("s", 10);
        await first.EnteredAsync();
        var waiting = line.InspectAsync("s", 20);
        for (var i = 1; i <= 3; i++) await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", $"m-{i}", threshold: i), TestLine.Cancellation);
        var after = await line.InspectAsync("s", 30);
        Assert.False(first.Disposed.IsCompleted);
        first.Release();

        foreach (var (record, score) in new[] { (await inModel, 10 / 255f), (await waiting, 20 / 255f) })
        {
            Assert.Equal(("m-0", 1, 0.5f, score), (record.ModelVersion, record.RecipeRevision, record.Threshold, record.Score));
        }

        Assert.Equal(("m-3", 4, 3f, (30 / 255f) + 3), (after.ModelVersion, after.RecipeRevision, after.Threshold, after.Score));
        await first.Disposed.WaitAsync(TestLine.Patience, TestLine.Cancellation);
    }

    [Fact]
    public async Task ActivateRecipeAsync_UnderLoad_LosesNothingAndMixesNothing()
    {
        await using var line = await new TestLine().OpenAsync("a", "b");
        line.Options.QueueCapacity = 64;
        using var enough = new CancellationTokenSource();
        var cameras = Enumerable.Range(0, 4).Select(camera => Task.Run(async () =>
        {
            var records = new List<InspectionRecord>();
            while (!enough.IsCancellationRequested) records.Add(await line.InspectAsync(camera % 2 == 0 ? "a" : "b", records.Count % 200));
            return records;
        })).ToArray();

        for (var i = 1; i <= 30; i++)
        {
            Assert.Null((await line.Line.ActivateRecipeAsync(TestLine.Recipe(i % 3 == 0 ? "b" : "a", $"m-{i}", threshold: i + 0.5f), TestLine.Cancellation)).Error);
            await line.InspectAsync("a", 1);
        }

        await enough.CancelAsync();
        var all = (await Task.WhenAll(cameras)).SelectMany(r => r).ToList();
        Assert.All(all, record =>
        {
            Assert.NotEqual(Verdict.NotDecidable, record.Verdict);
            var model = int.Parse(record.ModelVersion[2..], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(model, (int)record.Score);
            Assert.Equal(model + 0.5f, record.Threshold);
        });
        Assert.Equal(all.Count + 30, line.ReadAll("a").Count + line.ReadAll("b").Count);
        Assert.True(all.Select(r => r.ModelVersion).Distinct().Count() > 5, "The load did not overlap the swaps.");
    }

    [Fact]
    public async Task OpenAsync_AfterStop_BringsStationsAndRecipesBack()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        var recipe = new Recipe("s", 0, "m-1", 0.1f, 0.2f, new RegionOfInterest(1, 2, 3, 4), TimeSpan.FromMilliseconds(250));
        await line.Line.ActivateRecipeAsync(recipe, TestLine.Cancellation);

        await line.ReopenAsync();

        Assert.Equal(recipe with { Revision = 2 }, line.Line.GetRecipe("s").Value);
        Assert.Equal(["s", "t"], line.Line.Stations.Select(s => s.Name));
        Assert.All(line.Line.Stations, s => Assert.True(s.Ready, s.Fault));
        Assert.Equal(3, (await line.Line.ActivateRecipeAsync(recipe, TestLine.Cancellation)).Value.Revision);
    }

    [Fact]
    public async Task OpenAsync_ModelCannotBeLoaded_StationIsNotReadyAndItsFramesNotDecidable()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        line.RunSql("UPDATE recipes SET model_version = 'broken-1' WHERE station = 's'");
        await line.ReopenAsync();

        Assert.Contains("broken-1", line.Line.GetStation("s").Value.Fault, StringComparison.Ordinal);
        Assert.True(line.Line.GetStation("t").Value.Ready);
        Assert.Equal(ReasonCode.ModelFailed, (await line.InspectAsync("s", 1)).ReasonCode);
        Assert.Null((await line.Line.ActivateRecipeAsync(TestLine.Recipe("s"), TestLine.Cancellation)).Error);
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 1)).Verdict);
    }
}
