using AnomalyLine.Detection.Models;

namespace AnomalyLine.Inspection.Tests;

public sealed class SlowLoadTests
{
    [Fact]
    public async Task StopSelectAndCreate_AModelLoads_AnswerAtOnce()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { ProductId = "p" }, TestLine.Cancellation);
        var activation = Activate(line, "s", "slow-1");
        await line.LoadingAsync();

        await AtOnce(line.Line.SetModeAsync("s", StationMode.Stopped, TestLine.Cancellation));
        await AtOnce(line.Line.SetModeAsync("t", StationMode.Stopped, TestLine.Cancellation));
        await AtOnce(line.Line.SelectProductAsync("s", "p", TestLine.Cancellation));
        await AtOnce(line.Line.SetSensitivityAsync("s", "p", 0.1f, TestLine.Cancellation));
        await AtOnce(line.Line.CreateStationAsync("u", TestLine.Cancellation));
        await AtOnce(line.Line.ActivateRecipeAsync(TestLine.Recipe("t"), TestLine.Cancellation));
        Assert.False(activation.IsCompleted);
        line.SlowLoads.SetResult();

        Assert.Equal(4, (await activation).Value.Revision);
        var station = line.Line.GetStation("s").Value;
        Assert.Equal((StationMode.Stopped, "p"), (station.Mode, station.ProductId));
        Assert.Equal("slow-1", line.Line.GetRecipe("s").Value.ModelVersion);
        await line.Line.SetModeAsync("s", StationMode.Continuous, TestLine.Cancellation);
        var judged = (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)) { ProductId = "p" })).Value;
        Assert.Equal((Verdict.Ok, "m-0"), (judged.Verdict, judged.ModelVersion));
    }

    [Fact]
    public async Task ActivateRecipeAsync_CallerIsCancelledWhileTheModelLoads_IsDroppedAndLoadsAnew()
    {
        await using var line = await new TestLine().OpenAsync("s");
        using var gone = new CancellationTokenSource();
        var activation = line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "slow-1"), gone.Token);
        await line.LoadingAsync();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => activation);
        line.SlowLoads.SetResult();

        Assert.True(SpinWait.SpinUntil(() => line.Detectors.ContainsKey("slow-1"), TestLine.Patience));
        await line.Detectors["slow-1"].Disposed.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Equal("m-0", line.Line.GetRecipe("s").Value.ModelVersion);
        Assert.Equal(2, (await Activate(line, "s", "slow-1")).Value.Revision);
        Assert.Equal(Verdict.NotOk, (await line.InspectAsync("s", 1)).Verdict);
    }

    [Fact]
    public async Task ActivateRecipeAsync_OneOfTwoWhoWaitForALoadIsCancelled_TheOtherGetsIt()
    {
        await using var line = await new TestLine().OpenAsync("s", "t");
        using var gone = new CancellationTokenSource();
        var cancelled = line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "slow-1"), gone.Token);
        await line.LoadingAsync();
        var other = Activate(line, "t", "slow-1");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        // A change that ends meanwhile looks for models that nobody needs.
        await AtOnce(line.Line.ActivateRecipeAsync(TestLine.Recipe("s"), TestLine.Cancellation));
        line.SlowLoads.SetResult();

        Assert.Null((await other).Error);
        Assert.Equal(Verdict.NotOk, (await line.InspectAsync("t", 1)).Verdict);
        Assert.Equal(["m-0", "slow-1"], line.Loads);
    }

    [Fact]
    public async Task ActivateRecipeAsync_TwoOfOneStationAtOnce_BothGetARevisionAndTheLastIsActive()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var activations = new[] { Activate(line, "s", "slow-1"), Activate(line, "s", "slow-2") };
        await line.LoadingAsync();
        await line.LoadingAsync();
        line.SlowLoads.SetResult();

        var recipes = (await Task.WhenAll(activations)).Select(outcome => outcome.Value).OrderBy(recipe => recipe.Revision).ToList();
        Assert.Equal([2, 3], recipes.Select(recipe => recipe.Revision));
        Assert.Equal(recipes[1], line.Line.GetRecipe("s").Value);
        Assert.Equal(recipes[1].ModelVersion, (await line.InspectAsync("s", 1)).ModelVersion);
        Assert.Equal(recipes[0].ModelVersion, (await line.Line.RollbackRecipeAsync("s", "", TestLine.Cancellation)).Value.ModelVersion);
    }

    [Fact]
    public async Task RollbackRecipeAsync_TwiceAtOnce_GoesBackTwoSteps()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.SlowLoads.SetResult();
        foreach (var model in new[] { "slow-1", "m-2", "m-3" }) Assert.Null((await Activate(line, "s", model)).Error);

        // To m-2, which is still loaded, and from there to slow-1, which is not.
        await Task.WhenAll(line.Line.RollbackRecipeAsync("s", "", TestLine.Cancellation), line.Line.RollbackRecipeAsync("s", "", TestLine.Cancellation));

        var active = line.Line.GetRecipe("s").Value;
        Assert.Equal((6, 2, "slow-1"), (active.Revision, active.RestoredFrom, active.ModelVersion));
        Assert.Equal("slow-1", (await line.InspectAsync("s", 1)).ModelVersion);
    }

    [Fact]
    public async Task ActivateRecipeAsync_LoadFails_TheRecipeBeforeStaysAndJudges()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var activation = Activate(line, "s", "slow-1");
        await line.LoadingAsync();
        line.SlowLoads.SetException(new ModelFileException("half of it is missing."));

        Assert.Equal(LineErrorCode.ModelUnusable, (await activation).Error?.Code);
        Assert.Equal("m-0", (await line.InspectAsync("s", 1)).ModelVersion);
    }

    [Fact]
    public async Task DisposeAsync_AModelLoads_TheActivationIsToldAndTheModelUnloaded()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var activation = Activate(line, "s", "slow-1");
        await line.LoadingAsync();
        var stopped = line.Line.DisposeAsync().AsTask();
        line.SlowLoads.SetResult();

        await stopped.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Equal(LineErrorCode.Stopping, (await activation).Error?.Code);
        Assert.True(line.Detectors["slow-1"].Disposed.IsCompleted);
    }

    private static Task<Outcome<Recipe>> Activate(TestLine line, string station, string model)
        => line.Line.ActivateRecipeAsync(TestLine.Recipe(station, model), TestLine.Cancellation).WaitAsync(TestLine.Patience, TestLine.Cancellation);

    private static async Task<Outcome<T>> AtOnce<T>(Task<Outcome<T>> change)
    {
        var outcome = await change.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        Assert.Null(outcome.Error);
        return outcome;
    }
}
