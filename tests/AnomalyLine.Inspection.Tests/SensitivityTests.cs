namespace AnomalyLine.Inspection.Tests;

public sealed class SensitivityTests
{
    [Fact]
    public async Task SetSensitivity_WithinTheLimit_NewRevisionThatShiftsTheThresholdOfEachInspection()
    {
        await using var line = await new TestLine().OpenAsync("s");
        Assert.Equal(0.5f, (await line.InspectAsync("s", 110)).Threshold);

        var recipe = (await line.Line.SetSensitivityAsync("s", "", 0.2f, TestLine.Cancellation)).Value;

        Assert.Equal((2, 0.2f, 0.5f, 0.4f, "m-0"), (recipe.Revision, recipe.Sensitivity, recipe.Threshold, recipe.JudgedThreshold, recipe.ModelVersion));
        var record = await line.InspectAsync("s", 110);
        Assert.Equal((0.4f, 2, Verdict.NotOk), (record.Threshold, record.RecipeRevision, record.Verdict));
        Assert.Contains("above the threshold 0.4", record.ReasonText, StringComparison.Ordinal);
        await line.ReopenAsync();
        Assert.Equal(0.2f, line.Line.GetRecipe("s").Value.Sensitivity);
    }

    [Theory]
    [InlineData(0.21f)]
    [InlineData(-0.21f)]
    [InlineData(float.NaN)]
    public async Task SetSensitivity_BeyondTheLimit_RefusedAndNothingChanges(float sensitivity)
    {
        await using var line = await new TestLine().OpenAsync("s");

        var error = (await line.Line.SetSensitivityAsync("s", "", sensitivity, TestLine.Cancellation)).Error;

        Assert.Equal(LineErrorCode.InvalidRecipe, error?.Code);
        Assert.Contains("-0.2..0.2, which the recipe allows", error?.Message, StringComparison.Ordinal);
        Assert.Equal(1, line.Line.GetRecipe("s").Value.Revision);
    }

    [Fact]
    public async Task SetSensitivity_WithoutRecipeOrStation_SaysWhich()
    {
        await using var line = await new TestLine().OpenAsync("s");
        Assert.Equal(LineErrorCode.RecipeNotFound, (await line.Line.SetSensitivityAsync("s", "other", 0.1f, TestLine.Cancellation)).Error?.Code);
        Assert.Equal(LineErrorCode.StationNotFound, (await line.Line.SetSensitivityAsync("t", "", 0.1f, TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public void JudgedThreshold_BelowZero_StillFallsWithSensitivity() =>
        Assert.Equal(-1.1f, (TestLine.Recipe("s", threshold: -1) with { Sensitivity = 0.1f }).JudgedThreshold);
}
