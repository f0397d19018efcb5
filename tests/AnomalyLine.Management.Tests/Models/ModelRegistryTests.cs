using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Tests.Training;

namespace AnomalyLine.Management.Tests.Models;

/// <summary>Stages and the gate's say, on each kind of database.</summary>
[Trait("Speed", "Slow")]
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
        var first = (await registry.RegisterAsync("s", "", Stored("a-1"), 7, null, TestDatabase.Somebody, Cancel)).Value;
        await registry.RegisterAsync("s", "", Stored("a-2"), 8, Gate("a-1", true), TestDatabase.Somebody, Cancel);
        var again = (await registry.RegisterAsync("s", "", Stored("a-1"), 9, null, TestDatabase.Somebody, Cancel)).Value;
        await registry.RegisterAsync("t", "", Stored("a-1"), 0, null, TestDatabase.Somebody, Cancel);
        var other = (await registry.RegisterAsync("s", "A", Stored("a-2"), 8, null, TestDatabase.Somebody, Cancel)).Value;
        Assert.Equal((1, 7L, "ann", test.Time.GetUtcNow()), (first.Number, first.JobId, first.CreatedBy, first.CreationTime));
        Assert.Equal(7, again.JobId);
        Assert.Equal(2, other.Number);

        await NoteStagesAsync(test, registry, "a-1");
        await NoteStagesAsync(test, registry, "a-2", "a-1");

        var versions = (await registry.ListAsync("s", Cancel)).Value;
        Assert.Equal(
            [("A", 2, "a-2", ModelStage.Candidate), ("", 2, "a-2", ModelStage.Active), ("", 1, "a-1", ModelStage.Retired)],
            versions.Select(v => (v.ProductId, v.Number, v.Version, v.Stage)));
        Assert.Null(versions[0].Gate);
        Assert.Equal((true, "a-1", 8L), (versions[1].Gate!.Passes, versions[1].Gate!.Against, versions[1].Gate!.JobId));
        Assert.Equal(ModelStage.Candidate, Assert.Single((await registry.ListAsync("t", Cancel)).Value).Stage);
        var all = (await registry.ListAllAsync(Cancel)).Value;
        Assert.Equal(
            versions.Concat((await registry.ListAsync("t", Cancel)).Value).Select(v => (v.Station, v.ProductId, v.Number, v.Stage, v.Gate?.Id)).ToHashSet(),
            all.Select(v => (v.Station, v.ProductId, v.Number, v.Stage, v.Gate?.Id)).ToHashSet());
        Assert.Equal(4, all.Count);
        Assert.Equal(3, (await test.Audit.ListAsync(0, "s", 100, Cancel)).Value.Count(entry => entry.Action == "model.stage"));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Register_UploadedAndThenTrainedToTheSameFile_HasWhatTheGateSays(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", "", Stored("a-1"), 0, null, TestDatabase.Somebody, Cancel, ModelOrigin.Uploaded);
        await registry.RegisterAsync("s", "", Stored("a-2"), 0, null, TestDatabase.Somebody, Cancel, ModelOrigin.Uploaded);
        await NoteStagesAsync(test, registry, "a-1");
        Assert.Contains("no gate has seen it", (await CheckAsync(test, "a-2", "a-1"))!.Message, StringComparison.Ordinal);

        var known = (await registry.RegisterAsync("s", "", Stored("a-2"), 8, Gate("a-1", true), TestDatabase.Somebody, Cancel)).Value;
        await registry.RegisterAsync("s", "", Stored("a-2"), 9, Gate("a-3", false), TestDatabase.Somebody, Cancel);

        Assert.Equal((8L, true, ModelOrigin.Uploaded), (known.JobId, known.Gate!.Passes, known.Origin));
        Assert.Null(await CheckAsync(test, "a-2", "a-1"));
        var read = (await registry.GetAsync("s", "", "a-2", Cancel)).Value;
        Assert.Equal(("a-1", 8L), (read.Gate!.Against, read.Gate.JobId));
        Assert.Equal(2, (await test.Audit.ListAsync(0, "s", 100, Cancel)).Value.Count(entry => entry.Action == "model.gate"));
    }

    [Fact]
    public async Task Check_GatePassedAgainstAnotherModel_IsAskedAgain()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", "", Stored("a-2"), 8, Gate("a-1", true), TestDatabase.Somebody, Cancel);

        Assert.Null(await CheckAsync(test, "a-2", "a-1"));
        Assert.Contains("compared it with a-1, which is no longer active", (await CheckAsync(test, "a-2", "a-3"))!.Message, StringComparison.Ordinal);
        Assert.Null(await CheckAsync(test, "a-2", null));
        Assert.Equal(LineErrorCode.ModelNotFound, (await CheckAsync(test, "unknown", "a-3"))?.Code);
        await registry.RegisterAsync("s", "", Stored("a-2"), 9, Gate("a-1", false), TestDatabase.Somebody, Cancel);
        Assert.Contains("told so", (await CheckAsync(test, "a-2", "a-1"))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetShadow_CandidateButNotActive_OneForAStation()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        await registry.RegisterAsync("s", "", Stored("a-1"), 0, null, TestDatabase.Somebody, Cancel);
        await registry.RegisterAsync("s", "A", Stored("a-2"), 0, null, TestDatabase.Somebody, Cancel);

        Assert.Equal(ModelStage.Shadow, (await registry.SetShadowAsync("s", "A", "a-2", true, TestDatabase.Somebody, Cancel)).Value.Stage);
        Assert.Equal(ModelStage.Shadow, (await registry.SetShadowAsync("s", "", "a-1", true, TestDatabase.Somebody, Cancel)).Value.Stage);
        Assert.Equal(ModelStage.Candidate, (await registry.GetAsync("s", "A", "a-2", Cancel)).Value.Stage);
        Assert.Equal(LineErrorCode.ModelNotFound, (await registry.SetShadowAsync("s", "", "a-9", true, TestDatabase.Somebody, Cancel)).Error?.Code);
        await NoteStagesAsync(test, registry, "a-1");
        Assert.Equal(LineErrorCode.InvalidRecipe, (await registry.SetShadowAsync("s", "", "a-1", true, TestDatabase.Somebody, Cancel)).Error?.Code);
    }

    /// <summary>
    /// Rows of the release before keep their meaning: the product of a version is that of its job, and what the gate said goes with it.
    /// </summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Migration_VersionsWithoutProducts_GetThatOfTheirJob(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        await test.MigrateAsync("0020_OriginsProductsDriftAndShadows");
        var no = kind is DatabaseKind.Postgres ? "false" : "0";
        var yes = kind is DatabaseKind.Postgres ? "true" : "1";
        const string Version = "INSERT INTO model_versions (\"Station\", \"Number\", \"Version\", \"Parent\", \"DataDigest\", \"JobId\", \"CreatedBy\", \"CreationTime\", "
            + "\"Stage\", \"GateAgainst\", \"GatePasses\", \"GateSummary\", \"OverrideReason\", \"Origin\") VALUES ";
        foreach (var statement in new[]
        {
            "INSERT INTO training_jobs (\"Station\", \"Method\", \"Preset\", \"Options\", \"WarmStart\", \"BaseData\", \"Seed\", \"FalseRejectRate\", \"Threads\", \"CreatedBy\", "
                + "\"CreationTime\", \"State\", \"Attempts\", \"Epoch\", \"Epochs\", \"Done\", \"LeftSeconds\", \"Message\", \"ModelVersion\", \"ProductId\") "
                + $"VALUES ('s', 'fair', 'fast', '', {no}, '', 1, 0.01, 0, 'ann', 5, 'Succeeded', 1, 1, 1, 1, 0, '', 'a-2', 'A')",
            $"{Version}('s', 1, 'a-1', '', '', 0, 'ann', 5, 'Active', '', NULL, '', '', 'Uploaded')",
            $"{Version}('s', 2, 'a-2', 'a-1', '', 1, 'ann', 6, 'Candidate', 'a-1', {yes}, 'fine', '', 'Trained')",
        }) await test.RunAsync(statement);

        var versions = (await new ModelRegistry(test.Database, test.Audit, test.Time).ListAsync("s", Cancel)).Value;

        Assert.Equal([("A", 2, "a-2", ModelStage.Candidate), ("", 1, "a-1", ModelStage.Active)],
            versions.Select(v => (v.ProductId, v.Number, v.Version, v.Stage)));
        Assert.Equal(("A", "a-1", true, "fine", 1L), (versions[0].Gate!.ProductId, versions[0].Gate!.Against, versions[0].Gate!.Passes,
            versions[0].Gate!.Summary, versions[0].Gate!.JobId));
        Assert.Null(versions[1].Gate);
    }

    private static GateOutcome Gate(string against, bool passes) => new() { Against = against, Passes = passes, Summary = "told so" };

    private static Task NoteStagesAsync(TestDatabase test, ModelRegistry registry, string active, params string[] before) =>
        test.Database.ChangeAsync<bool>(
        async (context, cancel) =>
        {
            Recipe[] recipes = [new Recipe("s", 1, active, 0.5f, 0.5f, null, TimeSpan.FromSeconds(1))];
            await registry.NoteStagesAsync(context, "s", recipes, [.. before.Append(active).Select(version => ("", version))], TestDatabase.Somebody,
                cancel);
            return true;
        },
        Cancel);

    private static async Task<LineError?> CheckAsync(TestDatabase test, string version, string? active) => (await test.Database.ReadAsync<bool>(
        async (context, cancel) => await ModelRegistry.CheckAsync(context, "s", "", version, active, cancel) is { } error ? error : true,
            Cancel)).Error;

    private StoredModel Stored(string version) => new(version, new string('0', 64), 1, models.Good.Manifest);
}
