using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Tests.Training;

namespace AnomalyLine.Management.Tests.Models;

/// <summary>Stages and the gate's say, on each kind of database.</summary>
public sealed class ModelRegistryTests(PostgresServer postgres, SmallModels models)
{
    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Versions_RegisteredActivatedReplaced_NumbersAndStages(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        var first = (await registry.RegisterAsync("s", Stored("a-1"), 7, null, TestDatabase.Somebody, Cancel)).Value;
        await registry.RegisterAsync("s", Stored("a-2"), 8, new GateWord("a-1", true, "fine"), TestDatabase.Somebody, Cancel);
        var again = (await registry.RegisterAsync("s", Stored("a-1"), 9, null, TestDatabase.Somebody, Cancel)).Value;
        await registry.RegisterAsync("t", Stored("a-1"), 0, null, TestDatabase.Somebody, Cancel);
        Assert.Equal((1, 7L, "ann", test.Time.GetUtcNow()), (first.Number, first.JobId, first.CreatedBy, first.CreationTime));
        Assert.Equal(7, again.JobId);

        Assert.Null(await registry.NoteActiveAsync("s", ["a-1"], TestDatabase.Somebody, Cancel));
        Assert.Null(await registry.NoteActiveAsync("s", ["a-2"], TestDatabase.Somebody, Cancel));

        var versions = (await registry.ListAsync("s", Cancel)).Value;
        Assert.Equal([(2, "a-2", ModelStage.Active), (1, "a-1", ModelStage.Retired)], versions.Select(v => (v.Number, v.Version, v.Stage)));
        Assert.Equal((true, "a-1"), (versions[0].GatePasses, versions[0].GateAgainst));
        Assert.Equal(ModelStage.Candidate, Assert.Single((await registry.ListAsync("t", Cancel)).Value).Stage);
        Assert.Equal(3, (await test.Audit.ListAsync(0, "s", 100, Cancel)).Value.Count(entry => entry.Action == "model.stage"));
    }

    [Fact]
    public async Task CheckActivation_CandidateThatTheGateRefused_OnlyWithAReasonThatIsAudited()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", Stored("a-2"), 8, new GateWord("a-1", false, "Of 80 normals 9 are rejected."), TestDatabase.Somebody, Cancel);

        var refused = await registry.CheckActivationAsync("s", "a-2", "a-1", " ", TestDatabase.Somebody, Cancel);
        Assert.Equal(LineErrorCode.GateNotPassed, refused?.Code);
        Assert.Contains("Of 80 normals 9 are rejected.", refused!.Message, StringComparison.Ordinal);

        Assert.Null(await registry.CheckActivationAsync("s", "a-2", "a-1", "new lamp, told by Eve", TestDatabase.Somebody, Cancel));
        var entry = (await test.Audit.ListAsync(0, "s", 100, Cancel)).Value[^1];
        Assert.Equal(("model.override", "ann"), (entry.Action, entry.User));
        Assert.Contains("new lamp, told by Eve", entry.NewValue, StringComparison.Ordinal);
        Assert.Equal("new lamp, told by Eve", (await registry.GetAsync("s", "a-2", Cancel)).Value.OverrideReason);
    }

    [Fact]
    public async Task CheckActivation_GatePassedAgainstAnotherModel_IsAskedAgain()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", Stored("a-2"), 8, new GateWord("a-1", true, "fine"), TestDatabase.Somebody, Cancel);

        Assert.Null(await registry.CheckActivationAsync("s", "a-2", "a-1", "", TestDatabase.Somebody, Cancel));
        Assert.Contains("compared it with a-1, which is no longer active", (await registry.CheckActivationAsync("s", "a-2", "a-3", "", TestDatabase.Somebody, Cancel))!.Message, StringComparison.Ordinal);
        Assert.Null(await registry.CheckActivationAsync("s", "a-2", null, "", TestDatabase.Somebody, Cancel));
        Assert.Equal(LineErrorCode.ModelNotFound, (await registry.CheckActivationAsync("s", "unknown", "a-3", "", TestDatabase.Somebody, Cancel))?.Code);
        await registry.RegisterAsync("s", Stored("a-4"), 0, null, TestDatabase.Somebody, Cancel, ModelOrigin.Uploaded);
        Assert.Contains("no gate has seen it", (await registry.CheckActivationAsync("s", "a-4", "a-3", "", TestDatabase.Somebody, Cancel))!.Message, StringComparison.Ordinal);
        Assert.Null(await registry.CheckActivationAsync("s", "a-4", null, "", TestDatabase.Somebody, Cancel));
    }

    [Fact]
    public async Task SetShadow_CandidateButNotActive()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", Stored("a-1"), 0, null, TestDatabase.Somebody, Cancel);

        Assert.Equal(ModelStage.Shadow, (await registry.SetShadowAsync("s", "a-1", true, TestDatabase.Somebody, Cancel)).Value.Stage);
        Assert.Equal(LineErrorCode.ModelNotFound, (await registry.SetShadowAsync("s", "a-9", true, TestDatabase.Somebody, Cancel)).Error?.Code);
        await registry.NoteActiveAsync("s", ["a-1"], TestDatabase.Somebody, Cancel);
        Assert.Equal(LineErrorCode.InvalidRecipe, (await registry.SetShadowAsync("s", "a-1", true, TestDatabase.Somebody, Cancel)).Error?.Code);
    }

    private StoredModel Stored(string version) => new(version, new string('0', 64), 1, models.Good.Manifest);
}
