using AnomalyLine.Inspection;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Training;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Activation;

/// <summary>Models that are named and removed.</summary>
public sealed class StoredModelsTests(PostgresServer postgres)
{
    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Remove_OnlyWhatNoStationNeeds_SaysWhereItIsUsedAndFreesTheDisk(DatabaseKind kind)
    {
        await using var test = await TestActivation.CreateAsync(kind, postgres, "s");
        var stored = Create(test);
        var (old, before, active, shadow) = (await test.StoreAsync("old"), await test.StoreAsync("before"), await test.StoreAsync("active"),
            await test.StoreAsync("shadow"));
        await test.ActivateAsync(old, product: "A");
        await test.ActivateAsync(before, "better", product: "A");
        await test.ActivateAsync(active, "better still", product: "A");
        Assert.Null((await test.Change.SetShadowAsync("s", "A", shadow, true, TestDatabase.Somebody, Cancel)).Error);

        await AssertInUseAsync(stored, active, "station 's', product 'A' judges with it (revision 3)");
        await AssertInUseAsync(stored, before, "station 's', product 'A' can roll back to it (revision 2)");
        await AssertInUseAsync(stored, shadow, "it is the shadow of station 's'");
        Assert.Equal(old, (await stored.RemoveAsync(old, TestDatabase.Somebody, Cancel)).Value.Version);

        Assert.Equal(new[] { active, before, shadow }.Order(), test.Models.List().Select(model => model.Version).Order());
        Assert.Empty(Directory.GetFiles(Path.Combine(test.Base.Folder, "models"), old + "*"));
        Assert.DoesNotContain(old, (await test.StagesAsync()).Select(row => row.Version));
        Assert.Equal(("ann", old), Assert.Single(await test.AuditAsync("model.delete")) is var entry ? (entry.User, entry.Subject) : default);
        Assert.Equal(LineErrorCode.ModelNotFound, (await stored.RemoveAsync(old, TestDatabase.Somebody, Cancel)).Error?.Code);
        Assert.Equal(LineErrorCode.ModelNotFound, (await test.ActivateAsync(old, product: "A")).Error?.Code);

        // The same file again is the same version with the same number, and has judged.
        await test.RestartAsync();
        await test.StoreAsync("old");
        Assert.Null((await test.ActivateAsync(old, product: "A")).Error);
        Assert.Equal(("A", 1, ModelStage.Active), (await test.Registry.GetAsync("s", "A", old, Cancel)).Value is var version
            ? (version.ProductId, version.Number, version.Stage) : default);
    }

    [Fact]
    public async Task Label_IsKeptBesideTheVersionAndAudited()
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var (stored, version) = (Create(test), await test.StoreAsync("one"));

        Assert.Equal("new lamp", (await stored.LabelAsync(version, " new lamp ", TestDatabase.Somebody, Cancel)).Value.Label);

        Assert.Equal("new lamp", test.Models.Find(version)!.Label);
        Assert.Equal(version, await test.StoreAsync("one"));
        Assert.Equal("new lamp", test.Models.Find(version)!.Label);
        Assert.Contains("new lamp", Assert.Single(await test.AuditAsync("model.label")).NewValue, StringComparison.Ordinal);
        Assert.Equal(LineErrorCode.InvalidRecipe, (await stored.LabelAsync(version, new string('x', 65), TestDatabase.Somebody, Cancel)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidRecipe, (await stored.LabelAsync(version, "a\u0007", TestDatabase.Somebody, Cancel)).Error?.Code);
        Assert.Equal(LineErrorCode.ModelNotFound, (await stored.LabelAsync("identity-0", "x", TestDatabase.Somebody, Cancel)).Error?.Code);
    }

    private static async Task AssertInUseAsync(StoredModels stored, string version, string where)
    {
        var error = (await stored.RemoveAsync(version, TestDatabase.Somebody, Cancel)).Error;
        Assert.Equal(LineErrorCode.ModelInUse, error?.Code);
        Assert.Contains(where, error!.Message, StringComparison.Ordinal);
    }

    private static StoredModels Create(TestActivation test)
    {
        var samples = new SampleStore(test.Database, new SampleFiles(test.Base.Folder, 0), test.Audit, test.Base.Time);
        var jobs = new JobQueue(
            new JobStore(test.Database, test.Audit, test.Base.Time), new JobInput(test.Database, _ => ""), test.Models, test.Registry, samples,
                new JobLine((_, _) => null, _ => []),
            test.Base.Folder, 0, test.Base.Time, NullLogger<JobQueue>.Instance);
        return new StoredModels(() => test.Line, test.Models, test.Registry, test.Shadows, jobs, test.Change, test.Audit, test.Database);
    }
}
