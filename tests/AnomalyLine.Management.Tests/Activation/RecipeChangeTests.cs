using AnomalyLine.Inspection;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Tests.Storage;

namespace AnomalyLine.Management.Tests.Activation;

/// <summary>An activation as one operation, on a real line.</summary>
public sealed class RecipeChangeTests(PostgresServer postgres)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Activate_ModelThatHasJudgedAnotherProduct_NeedsItsOwnGate(DatabaseKind kind)
    {
        await using var test = await TestActivation.CreateAsync(kind, postgres, "s");
        var (a1, a2, b1) = (await test.StoreAsync("a1"), await test.StoreAsync("a2"), await test.StoreAsync("b1"));
        Assert.Null((await test.ActivateAsync(a1, product: "A")).Error);
        Assert.Null((await test.ActivateAsync(a2, "better", product: "A")).Error);
        Assert.Null((await test.ActivateAsync(b1, product: "B")).Error);

        // a1 is retired and a2 active, both for A only.
        foreach (var version in new[] { a1, a2 })
        {
            var refused = (await test.ActivateAsync(version, product: "B")).Error;
            Assert.Equal(LineErrorCode.GateNotPassed, refused?.Code);
            Assert.Contains("product 'B'", refused!.Message, StringComparison.Ordinal);
        }

        // Passed against b1, but on A's frozen set.
        var candidate = await test.CandidateAsync("c", against: b1, product: "A");
        Assert.Equal(LineErrorCode.GateNotPassed, (await test.ActivateAsync(candidate, product: "B")).Error?.Code);
        await test.CandidateAsync("c", against: b1, product: "B");
        Assert.Null((await test.ActivateAsync(candidate, product: "B")).Error);

        // What has judged a product may come back to it.
        Assert.Null((await test.ActivateAsync(a1, product: "A")).Error);
        Assert.Equal(
            [("A", a1, ModelStage.Active), ("A", a2, ModelStage.Retired), ("A", candidate, ModelStage.Candidate), ("B", a1, ModelStage.Candidate),
             ("B", a2, ModelStage.Candidate), ("B", b1, ModelStage.Retired), ("B", candidate, ModelStage.Active)],
            (await test.StagesAsync()).OrderBy(row => row.ProductId).ThenBy(row => Array.IndexOf(new[] { a1, a2, b1, candidate }, row.Version)));
    }

    [Fact]
    public async Task Activate_TwoCandidatesAtATime_TheSecondIsComparedWithTheFirst()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var active = await test.StoreAsync("one");
        Assert.Null((await test.ActivateAsync(active)).Error);
        var (first, second) = (await test.CandidateAsync("two", against: active), await test.CandidateAsync("three", against: active));
        using var loading = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        test.Loading = version =>
        {
            if (version != first) return;
            loading.Set();
            go.Wait(s_patience);
        };

        var one = test.ActivateAsync(first);
        Assert.True(loading.Wait(s_patience, Cancel));
        var two = test.ActivateAsync(second);
        go.Set();

        Assert.Equal(first, (await one).Value.ModelVersion);
        var refused = (await two).Error;
        Assert.Equal(LineErrorCode.GateNotPassed, refused?.Code);
        Assert.Contains($"compared it with {active}, which is no longer active", refused!.Message, StringComparison.Ordinal);
        Assert.Equal(first, test.Line.GetRecipe("s").Value.ModelVersion);
    }

    [Fact]
    public async Task Activate_OverrideForAModelThatCannotBeLoaded_IsNotNoted()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        await test.ActivateAsync(await test.StoreAsync("one"));
        var broken = await test.CandidateAsync("broken", against: "other", passes: false);

        Assert.Equal(LineErrorCode.ModelUnusable, (await test.ActivateAsync(broken, "told by Eve")).Error?.Code);

        Assert.Empty(await test.AuditAsync("model.override"));
        Assert.Equal("", (await test.Registry.GetAsync("s", "", broken, Cancel)).Value.OverrideReason);
        Assert.Equal(0, await test.PendingAsync());
    }

    [Fact]
    public async Task Activate_Override_IsInTheRevisionTheVersionAndTheAudit()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var one = await test.StoreAsync("one");
        await test.ActivateAsync(one);
        var candidate = await test.CandidateAsync("two", against: one, passes: false);

        Assert.Contains("Of 80 normals 9 are rejected.", (await test.ActivateAsync(candidate, " ")).Error?.Message, StringComparison.Ordinal);
        var recipe = (await test.ActivateAsync(candidate, "new lamp, told by Eve")).Value;

        Assert.Equal(("ann", "new lamp, told by Eve"), (recipe.CreatedBy, recipe.Reason));
        Assert.Equal(recipe, test.Line.GetRevision("s", 2).Value.Recipe);
        Assert.Equal("new lamp, told by Eve", (await test.Registry.GetAsync("s", "", candidate, Cancel)).Value.OverrideReason);
        Assert.Contains("new lamp, told by Eve", Assert.Single(await test.AuditAsync("model.override")).NewValue, StringComparison.Ordinal);
        Assert.Equal(2, (await test.AuditAsync("recipe.activate")).Count);
    }

    [Fact]
    public async Task Activate_DatabaseGoesAwayDuringTheSwap_AnswersTheRecipeAndIsMadeUpFor()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var one = await test.StoreAsync("one");
        await test.ActivateAsync(one);
        var candidate = await test.CandidateAsync("two", against: one, passes: false);
        string[] files = [.. new[] { "", "-wal", "-shm" }.Select(end => test.Database.FilePath + end)];
        test.Loading = _ =>
        {
            foreach (var file in files.Where(File.Exists)) File.Move(file, file + ".away");
        };

        var recipe = await test.ActivateAsync(candidate, "told by Eve");

        Assert.Equal((2, candidate), (recipe.Value.Revision, recipe.Value.ModelVersion));
        Assert.Equal(LineErrorCode.ManagementFailed, (await test.Change.RollbackAsync("s", "", new ChangeRequest(TestDatabase.Somebody, "no"),
            Cancel)).Error?.Code);
        foreach (var file in files) if (File.Exists(file + ".away")) File.Move(file + ".away", file);
        Assert.Null(await test.Change.ReconcileAsync(Cancel));
        Assert.Equal([("", candidate, ModelStage.Active), ("", one, ModelStage.Retired)], await test.StagesAsync());
        Assert.Equal("ann", Assert.Single(await test.AuditAsync("model.override")).User);
        Assert.Contains(candidate, (await test.AuditAsync("recipe.activate"))[^1].NewValue, StringComparison.Ordinal);
        Assert.Equal(0, await test.PendingAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, false)]
    [InlineData(DatabaseKind.Sqlite, true)]
    [InlineData(DatabaseKind.Postgres, false)]
    [InlineData(DatabaseKind.Postgres, true)]
    public async Task Restart_ChangeCutShort_IsCompletedOrForgottenByWhatTheLogSays(DatabaseKind kind, bool isSwapped)
    {
        await using var test = await TestActivation.CreateAsync(kind, postgres, "s");
        var one = await test.StoreAsync("one");
        await test.ActivateAsync(one, product: "A");
        var candidate = await test.CandidateAsync("two", against: one, passes: false, product: "A");
        var request = new ChangeRequest(TestActivation.Bob, "told by Eve");
        Assert.Null((await test.Change.BeginAsync("s", "A", "recipe.activate", request, candidate, makesRevision: true, Cancel)).Error);
        if (isSwapped)
        {
            var recipe = TestActivation.RecipeOf("s", "A", candidate, TestActivation.Calibration) with { CreatedBy = "bob", Reason = "told by Eve" };
            Assert.Null((await test.Line.ActivateRecipeAsync(recipe, Cancel)).Error);
        }

        await test.RestartAsync();

        var (active, other) = isSwapped ? (candidate, one) : (one, candidate);
        Assert.Equal(active, test.Line.GetRecipe("s", "A").Value.ModelVersion);
        var stages = await test.StagesAsync();
        Assert.Contains(("A", active, ModelStage.Active), stages);
        Assert.Contains(("A", other, isSwapped ? ModelStage.Retired : ModelStage.Candidate), stages);
        Assert.Equal(isSwapped ? ["bob"] : [], (await test.AuditAsync("model.override")).Select(entry => entry.User));
        Assert.Equal(isSwapped ? ["ann", "bob"] : ["ann"], (await test.AuditAsync("recipe.activate")).Select(entry => entry.User));
        Assert.Equal(0, await test.PendingAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Activate_StationOfARemovedOnesName_IsNoRevisionOfThatOne(bool isCutShort)
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var (one, two) = (await test.StoreAsync("one"), await test.StoreAsync("two"));
        await test.ActivateAsync(one);
        Assert.Null((await test.Line.RemoveStationAsync("s", Cancel)).Error);
        Assert.Null((await test.Line.CreateStationAsync("s", Cancel)).Error);

        if (isCutShort)
        {
            Assert.Null((await test.Change.BeginAsync("s", "", "recipe.activate", new ChangeRequest(TestActivation.Bob), two, makesRevision: true, Cancel)).Error);
            await test.RestartAsync();
            Assert.Single(await test.AuditAsync("recipe.activate"));
            Assert.Equal(LineErrorCode.RecipeNotFound, test.Line.GetRecipe("s").Error?.Code);
            return;
        }

        Assert.Equal(2, (await test.ActivateAsync(two)).Value.Revision);
        Assert.Contains(two, (await test.AuditAsync("recipe.activate"))[^1].NewValue, StringComparison.Ordinal);
        Assert.Equal("", (await test.AuditAsync("recipe.activate"))[^1].OldValue);
        Assert.Equal(LineErrorCode.RecipeNotFound, test.Line.FindRollback("s", "").Error?.Code);

        // What judged at the removed station has judged nothing here.
        Assert.Equal(LineErrorCode.GateNotPassed, (await test.ActivateAsync(one)).Error?.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_SelectionCutShort_IsCompletedOrForgotten(bool isSelected)
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var one = await test.StoreAsync("one");
        await test.ActivateAsync(one);
        await test.ActivateAsync(one, product: "A");
        Assert.Null((await test.Change.BeginAsync("s", "A", "recipe.select", new ChangeRequest(TestActivation.Bob), null, makesRevision: false,
            Cancel)).Error);
        if (isSelected) await test.Line.SelectProductAsync("s", "A", Cancel);

        await test.RestartAsync();

        Assert.Equal(isSelected ? ["bob"] : [], (await test.AuditAsync("recipe.select")).Select(entry => entry.User));
        Assert.Equal(0, await test.PendingAsync());
    }

    [Fact]
    public async Task Change_BasedOnAnOlderRevision_IsRefusedWithWhatChanged()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var (one, two) = (await test.StoreAsync("one"), await test.StoreAsync("two"));
        Assert.Null((await test.ActivateAsync(one, expected: 0)).Error);
        Assert.Null((await test.ActivateAsync(two, "new lamp", caller: TestActivation.Bob, expected: 1)).Error);
        var stale = new ChangeRequest(TestDatabase.Somebody, "too strict", ExpectedRevision: 1);

        LineError?[] refused =
        [
            (await test.ActivateAsync(one, expected: 1)).Error,
            (await test.Change.RollbackAsync("s", "", stale, Cancel)).Error,
            (await test.Change.SelectRevisionAsync("s", 1, stale, Cancel)).Error,
            (await test.Change.SetSensitivityAsync("s", "", 0.1f, stale, Cancel)).Error,
            (await test.Change.SelectProductAsync("s", "", stale, Cancel)).Error,
        ];

        Assert.All(refused, error =>
        {
            Assert.Equal(LineErrorCode.RecipeChanged, error?.Code);
            Assert.Contains($"revision 2 is active", error!.Message, StringComparison.Ordinal);
            Assert.Contains($"by bob (\"new lamp\"): model {one} -> {two}", error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(2, test.Line.GetRecipe("s").Value.Revision);
        Assert.Null((await test.Change.RollbackAsync("s", "", stale with { ExpectedRevision = 2 }, Cancel)).Error);
        Assert.Equal(("ann", "too strict"), (test.Line.GetRecipe("s").Value.CreatedBy, test.Line.GetRecipe("s").Value.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\u0007b")]
    public async Task GoingBack_WithoutAReason_IsRefused(string reason)
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        await test.ActivateAsync(await test.StoreAsync("one"));
        await test.ActivateAsync(await test.StoreAsync("two"), "better");
        var request = new ChangeRequest(TestDatabase.Somebody, reason);

        foreach (var error in new[] { (await test.Change.RollbackAsync("s", "", request, Cancel)).Error,
            (await test.Change.SelectRevisionAsync("s", 1, request, Cancel)).Error })
        {
            Assert.Equal(LineErrorCode.InvalidRecipe, error?.Code);
            Assert.StartsWith("reason: ", error!.Message, StringComparison.Ordinal);
        }
    }
}
