namespace AnomalyLine.Inspection.Tests;

public sealed class ProductTests
{
    [Fact]
    public async Task InspectAsync_Product_IsJudgedByItsRecipe()
    {
        await using var line = await OpenAsync();
        var (plain, named, announced) = (await InspectAsync(line, ""), await InspectAsync(line, "A"), await AnnouncedAsync(line, "B"));

        Assert.Equal(("m-0", "", 1), (plain.ModelVersion, plain.ProductId, plain.RecipeRevision));
        Assert.Equal(("m-1", "A", 2), (named.ModelVersion, named.ProductId, named.RecipeRevision));
        Assert.Equal(("m-2", "B", 3), (announced.ModelVersion, announced.ProductId, announced.RecipeRevision));
        Assert.Equal(["B", "A", ""], line.ReadAll("s").Select(record => record.ProductId).Reverse());
    }

    [Fact]
    public async Task InspectAsync_UnknownProduct_IsNotDecidableAndNeverTheWrongRecipe()
    {
        await using var line = await OpenAsync();
        foreach (var record in new[] { await InspectAsync(line, "a"), await AnnouncedAsync(line, "C") })
        {
            Assert.Equal((Verdict.NotDecidable, ReasonCode.NoRecipe, ""), (record.Verdict, record.ReasonCode, record.ModelVersion));
            Assert.Contains($"'{record.ProductId}'", record.ReasonText, StringComparison.Ordinal);
        }

        var tooLong = await InspectAsync(line, new string('x', 65));
        Assert.Equal((ReasonCode.InvalidFrame, new string('x', 64)), (tooLong.ReasonCode, tooLong.ProductId));
    }

    [Fact]
    public async Task InspectAsync_FrameNamesItsProduct_WinsOverTheAnnouncedOne()
    {
        await using var line = await OpenAsync();
        line.Line.SetNextPart("s", "p", "B");
        var record = await InspectAsync(line, "A");
        Assert.Equal(("p", "A", "m-1"), (record.PartId, record.ProductId, record.ModelVersion));
    }

    [Fact]
    public async Task SelectProductAsync_Product_JudgesFramesWithoutOneAndStaysAfterARestart()
    {
        await using var line = await OpenAsync();
        Assert.Equal(3, (await line.Line.SelectProductAsync("s", "B", TestLine.Cancellation)).Value.Revision);
        Assert.Equal(("B", "m-2"), (line.Line.GetStation("s").Value.ProductId, line.Line.GetStation("s").Value.Recipe?.ModelVersion));
        Assert.Equal("m-2", (await InspectAsync(line, "")).ModelVersion);

        await line.ReopenAsync();
        var after = await InspectAsync(line, "");
        Assert.Equal(("m-2", "B"), (after.ModelVersion, after.ProductId));
        Assert.Equal("m-1", (await InspectAsync(line, "A")).ModelVersion);
        Assert.Equal(4, (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s"), TestLine.Cancellation)).Value.Revision);
        Assert.Equal(LineErrorCode.RecipeNotFound, (await line.Line.SelectProductAsync("s", "C", TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task RollbackRecipeAsync_Twice_WalksBackThroughTheProductsOwnValues()
    {
        await using var line = await OpenAsync();
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-3") with { ProductId = "A" }, TestLine.Cancellation);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-4") with { ProductId = "A" }, TestLine.Cancellation);

        var first = (await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation)).Value;
        var second = (await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation)).Value;

        Assert.Equal((6, "m-3", 4), (first.Revision, first.ModelVersion, first.RestoredFrom));
        Assert.Equal((7, "m-1", 2), (second.Revision, second.ModelVersion, second.RestoredFrom));
        Assert.Equal("m-1", (await InspectAsync(line, "A")).ModelVersion);
        Assert.Equal(LineErrorCode.RecipeNotFound, (await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation)).Error?.Code);
        Assert.Equal(LineErrorCode.RecipeNotFound, (await line.Line.RollbackRecipeAsync("s", "x", TestLine.Cancellation)).Error?.Code);
        Assert.Equal("m-2", (await InspectAsync(line, "B")).ModelVersion);
    }

    [Fact]
    public async Task RollbackRecipeAsync_AfterAnOlderOneWasBroughtBack_ReturnsToWhatWasActiveBeforeIt()
    {
        await using var line = await OpenAsync();
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-3") with { ProductId = "A" }, TestLine.Cancellation);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-4") with { ProductId = "A" }, TestLine.Cancellation);
        await line.Line.SelectRevisionAsync("s", 2, TestLine.Cancellation);

        var first = (await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation)).Value;
        var second = (await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation)).Value;

        Assert.Equal((7, "m-4", 5), (first.Revision, first.ModelVersion, first.RestoredFrom));
        Assert.Equal((8, "m-3", 4), (second.Revision, second.ModelVersion, second.RestoredFrom));
    }

    [Fact]
    public async Task SelectRevisionAsync_OlderOne_IsActiveAgainAsANewRevisionOnce()
    {
        await using var line = await OpenAsync();
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-3") with { ProductId = "A" }, TestLine.Cancellation);

        var selected = (await line.Line.SelectRevisionAsync("s", 2, TestLine.Cancellation)).Value;
        var again = (await line.Line.SelectRevisionAsync("s", 2, TestLine.Cancellation)).Value;

        Assert.Equal((5, "m-1", 2, "A"), (selected.Revision, selected.ModelVersion, selected.RestoredFrom, selected.ProductId));
        Assert.Equal(selected, again);
        Assert.Equal("A", line.Line.GetStation("s").Value.ProductId);
        Assert.Equal(["m-0", "m-1", "m-2", "m-3"], line.Loads);
        Assert.Equal(LineErrorCode.RecipeNotFound, (await line.Line.SelectRevisionAsync("s", 9, TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task Revisions_MadeBySomebodyForAReason_HaveBothAfterARestart()
    {
        await using var line = await OpenAsync();
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-3") with { ProductId = "A", CreatedBy = "ann", Reason = "new lamp" },
            TestLine.Cancellation);
        await line.Line.SetSensitivityAsync("s", "A", 0.1f, TestLine.Cancellation, new RecipeAuthor("bob", ""));
        Assert.Equal(4, line.Line.FindRollback("s", "A").Value.Revision);
        await line.Line.RollbackRecipeAsync("s", "A", TestLine.Cancellation, new RecipeAuthor("eve", "too strict"));
        await line.Line.SetSensitivityAsync("s", "A", 0.2f, TestLine.Cancellation);

        await line.ReopenAsync();

        var revisions = line.Line.ListRecipes("s").Value.Select(row => (row.Recipe.Revision, row.Recipe.CreatedBy, row.Recipe.Reason)).Take(4);
        Assert.Equal([(7, "", ""), (6, "eve", "too strict"), (5, "bob", ""), (4, "ann", "new lamp")], revisions);
        Assert.Equal(["", "A", "B"], line.Line.ListActiveRecipes("s").Value.Select(recipe => recipe.ProductId));
        Assert.Equal([("A", "m-3"), ("B", "m-2"), ("A", "m-1"), ("", "m-0")], line.Line.ListJudges("s").Value);
    }

    [Fact]
    public async Task ListRecipes_Revisions_NewestFirstWithTheActiveOnes()
    {
        await using var line = await OpenAsync();
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-3") with { ProductId = "A" }, TestLine.Cancellation);

        var listed = line.Line.ListRecipes("s").Value;

        Assert.Equal([(4, "A", true), (3, "B", true), (2, "A", false), (1, "", true)], listed.Select(row => (row.Recipe.Revision, row.Recipe.ProductId, row.IsActive)));
        Assert.Equal(LineErrorCode.StationNotFound, line.Line.ListRecipes("x").Error?.Code);
    }

    [Fact]
    public async Task GetStation_OnlyRecipesOfProducts_IsReadyWhileOneOfThemJudges()
    {
        await using var line = await new TestLine().OpenAsync();
        await line.Line.CreateStationAsync("s", TestLine.Cancellation);
        await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", "m-1") with { ProductId = "A" }, TestLine.Cancellation);

        Assert.True(line.Line.GetStation("s").Value.Ready);
        Assert.Equal(ReasonCode.NoRecipe, (await InspectAsync(line, "")).ReasonCode);

        line.RunSql("UPDATE recipes SET model_version = 'broken-1'");
        await line.ReopenAsync();
        Assert.Contains("broken-1", line.Line.GetStation("s").Value.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivateRecipeAsync_ProductNameThatCannotBe_IsInvalid()
    {
        await using var line = await new TestLine().OpenAsync("s");
        foreach (var product in new[] { new string('x', 65), "a\tb" })
        {
            Assert.Equal(LineErrorCode.InvalidRecipe, (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { ProductId = product }, TestLine.Cancellation)).Error?.Code);
        }
    }

    [Fact]
    public async Task OpenAsync_LogOfVersion1_IsBroughtUpToDate()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 1, "old");
        await line.Line.DisposeAsync();
        line.RunSql("""
            ALTER TABLE stations DROP COLUMN mode; ALTER TABLE stations DROP COLUMN product_id;
            ALTER TABLE stations DROP COLUMN display_name; ALTER TABLE stations DROP COLUMN removal_ticks; ALTER TABLE stations DROP COLUMN revisions_before;
            ALTER TABLE recipes DROP COLUMN product_id; ALTER TABLE recipes DROP COLUMN restored_from;
            ALTER TABLE recipes DROP COLUMN sensitivity; ALTER TABLE recipes DROP COLUMN sensitivity_limit;
            ALTER TABLE recipes DROP COLUMN created_by; ALTER TABLE recipes DROP COLUMN left_out; ALTER TABLE recipes DROP COLUMN reason;
            ALTER TABLE inspections DROP COLUMN product_id; ALTER TABLE inspections DROP COLUMN decode_ms; ALTER TABLE inspections DROP COLUMN forward_ms;
            ALTER TABLE inspections DROP COLUMN capture_uncertain; ALTER TABLE inspections DROP COLUMN record_sum; DELETE FROM meta WHERE key = 'sums_from';
            UPDATE meta SET value = '1' WHERE key = 'schema_version';
            """);

        await line.OpenAsync();

        Assert.Equal(("old", ""), (line.Line.Log.Get("s", 1).Value.PartId, line.Line.Log.Get("s", 1).Value.ProductId));
        Assert.Equal((StationMode.Continuous, true), (line.Line.GetStation("s").Value.Mode, line.Line.GetStation("s").Value.Ready));
        Assert.Equal(2, (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { ProductId = "A" }, TestLine.Cancellation)).Value.Revision);
        await line.ReopenAsync();
        Assert.Equal("A", (await InspectAsync(line, "A")).ProductId);
    }

    /// <summary>Station "s" with the default recipe on m-0, product A on m-1 and B on m-2.</summary>
    private static async Task<TestLine> OpenAsync()
    {
        var line = await new TestLine().OpenAsync("s");
        foreach (var (product, model) in new[] { ("A", "m-1"), ("B", "m-2") })
        {
            Assert.Null((await line.Line.ActivateRecipeAsync(TestLine.Recipe("s", model) with { ProductId = product }, TestLine.Cancellation)).Error);
        }

        return line;
    }

    private static async Task<InspectionRecord> InspectAsync(TestLine line, string product)
        => (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)) { ProductId = product })).Value;

    private static Task<InspectionRecord> AnnouncedAsync(TestLine line, string product)
    {
        Assert.Null(line.Line.SetNextPart("s", "p", product).Error);
        return InspectAsync(line, "");
    }
}
