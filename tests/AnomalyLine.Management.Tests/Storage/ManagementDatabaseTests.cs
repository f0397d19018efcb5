using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Tests.Storage;

/// <summary>What holds on each kind of database.</summary>
public sealed class ManagementDatabaseTests(PostgresServer postgres)
{
    /// <summary>The migrations are written by hand, for both kinds at once: this is what shows that they make the tables that the model means.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Migrations_EveryTable_HasTheColumnsAndIndexesOfTheModel(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var (made, meant) = (await ReadSchemaAsync(test), new List<string>());
        await using var modelled = await TestDatabase.CreateAsync(kind, postgres);
        await modelled.Database.ReadAsync<bool>((context, _) => Task.FromResult<Outcome<bool>>(true), TestDatabase.Cancel);
        foreach (var table in Tables(modelled)) Assert.Null(await modelled.RunSqlAsync($"DROP TABLE \"{table}\""));
        await modelled.Database.ChangeAsync<int>(
            async (context, cancel) =>
            {
                foreach (var statement in context.Database.GenerateCreateScript().Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    if (statement is not "GO" && statement.Length > 0) await context.Database.ExecuteSqlRawAsync(statement, cancel);
                return 0;
            },
            TestDatabase.Cancel);
        meant = await ReadSchemaAsync(modelled);

        Assert.NotEmpty(made);
        Assert.Equal(meant, made);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Open_DatabaseOfANewerRelease_RefusedAndLeftAsItIs(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        Assert.Null(await test.RunSqlAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101_Future', '99.0.0')"));
        await using var again = test.Open();

        var refused = await again.OpenAsync(TestDatabase.Cancel);

        Assert.Equal(LineErrorCode.ManagementFailed, refused?.Code);
        Assert.Contains("a newer release has changed it (99990101_Future)", refused?.Message, StringComparison.Ordinal);
        Assert.Contains("newer release", again.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "0001_AuditAndSamples")]
    [InlineData(DatabaseKind.Sqlite, "0010_JobsAndVersions")]
    [InlineData(DatabaseKind.Sqlite, "0011_Schedules")]
    [InlineData(DatabaseKind.Sqlite, "0020_OriginsProductsDriftAndShadows")]
    [InlineData(DatabaseKind.Postgres, "0001_AuditAndSamples")]
    [InlineData(DatabaseKind.Postgres, "0020_OriginsProductsDriftAndShadows")]
    public async Task Open_TablesOfAnEarlierRelease_AreBroughtUpToDateWithTheirRows(DatabaseKind kind, string migration)
    {
        await using var fresh = await TestDatabase.CreateAsync(kind, postgres);
        await using var old = await TestDatabase.CreateAsync(kind, postgres);
        await old.MigrateAsync(migration);
        await old.RunAsync("""
            INSERT INTO samples ("Station", "Sha256", "SizeBytes", "Width", "Height", "PartId", "CaptureTime", "CreationTime", "Reason", "Sequence", "Verdict", "Score", "Threshold", "ModelVersion",
              "Label", "Defect", "State", "ReviewedBy", "Suspicion") VALUES ('s', 'aa', 1, 2, 3, 'part of before', 4, 5, 'Import', 6, 'Ok', 0.5, 0.7, 'm', 'Normal', '', 'Approved', 'ann', '')
            """);

        Assert.Null(await old.Database.OpenAsync(TestDatabase.Cancel));

        Assert.Equal(await ReadSchemaAsync(fresh), await ReadSchemaAsync(old));
        var parts = await old.Database.ReadAsync<List<string>>(
            async (context, cancel) => await context.Database.SqlQueryRaw<string>("SELECT \"PartId\" AS \"Value\" FROM samples").ToListAsync(cancel), TestDatabase.Cancel);
        Assert.Equal(["part of before"], parts.Value);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Change_ThatFails_LeavesNothing(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);

        var outcome = await test.Database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                await test.Audit.AppendAsync(context, TestDatabase.Somebody, "a", "b", null, null, cancel);
                await context.SaveChangesAsync(cancel);
                return new LineError(LineErrorCode.InvalidSample, "no");
            },
            TestDatabase.Cancel);

        Assert.Equal(LineErrorCode.InvalidSample, outcome.Error?.Code);
        Assert.Empty((await test.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Rows_AfterARestart_AreAsTheyWere(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var sample = new Sample
        {
            Station = "press-1",
            Sha256 = new string('a', 64),
            CaptureTime = new DateTimeOffset(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(2)).AddTicks(1),
            Reason = SampleReason.NearThreshold,
            Verdict = Verdict.NotOk,
            Score = 0.1f,
            Label = SampleLabel.Anomalous,
            ReviewTime = DateTimeOffset.UnixEpoch,
            PartId = "Teil \"ä\" 日",
        };
        await test.Database.ChangeAsync<bool>((context, _) => Task.FromResult<Outcome<bool>>(context.Add(sample) is not null), TestDatabase.Cancel);

        await using var again = test.Open();
        var read = await again.ReadAsync<Sample>(async (context, cancel) => await context.Set<Sample>().SingleAsync(cancel), TestDatabase.Cancel);

        Assert.Equal(sample with { Id = 1, CaptureTime = sample.CaptureTime.ToUniversalTime() }, read.Value);
        var (before, after) = (sample.CaptureTime.AddTicks(1), sample.CaptureTime);
        Assert.Equal(1, (await again.ReadAsync<int>(async (context, cancel) => await context.Set<Sample>().CountAsync(row => row.CaptureTime < before, cancel), TestDatabase.Cancel)).Value);
        Assert.Equal(0, (await again.ReadAsync<int>(async (context, cancel) => await context.Set<Sample>().CountAsync(row => row.CaptureTime < after, cancel), TestDatabase.Cancel)).Value);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Changes_ManyAtATime_FollowOneAnother(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);

        var entries = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => test.Audit.AppendAsync(TestDatabase.Somebody, "a", $"{i}", null, null, TestDatabase.Cancel)));

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), entries.Select(entry => entry.Value.Sequence).Order());
        Assert.Equal(20, (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries);
    }

    [Fact]
    public async Task Use_DatabaseAway_ManagementFailedAndAgainWhenItIsBack()
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-management-").FullName;
        var data = Path.Combine(folder, "data");
        await File.WriteAllTextAsync(data, "a file where the folder should be", TestDatabase.Cancel);
        await using var database = new ManagementDatabase(new ManagementOptions(), data, Microsoft.Extensions.Logging.Abstractions.NullLogger<ManagementDatabase>.Instance);

        var away = await database.OpenAsync(TestDatabase.Cancel);
        var fault = database.Fault;
        File.Delete(data);
        var back = await database.OpenAsync(TestDatabase.Cancel);

        Assert.Equal(LineErrorCode.ManagementFailed, away?.Code);
        Assert.Contains("management.db", fault, StringComparison.Ordinal);
        Assert.Null(back);
        Assert.Empty(database.Fault);
        Directory.Delete(folder, recursive: true);
    }

    private static List<string> Tables(TestDatabase test) => test.Database.ReadAsync<List<string>>(
        (context, _) => Task.FromResult<Outcome<List<string>>>(context.Model.GetEntityTypes().Select(type => type.GetTableName()!).Distinct().ToList()), TestDatabase.Cancel)
        .GetAwaiter().GetResult().Value;

    /// <summary>Each column of each table with its type, and each index: as the database itself says it.</summary>
    private static async Task<List<string>> ReadSchemaAsync(TestDatabase test)
    {
        var rows = await test.Database.ReadAsync<List<string>>(
            async (context, cancel) => await context.Database.SqlQueryRaw<string>(context.IsPostgres ? PostgresSchema : SqliteSchema).ToListAsync(cancel), TestDatabase.Cancel);
        return [.. rows.Value.Where(row => !row.Contains("__EF", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private const string SqliteSchema = """
        SELECT m.name || '.' || c.name || ' ' || c.type || ' notnull ' || c."notnull" || ' key ' || c.pk AS "Value"
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
        UNION ALL SELECT coalesce(sql, name) FROM sqlite_master WHERE type = 'index'
        UNION ALL SELECT name || ' auto' FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'
        """;

    private const string PostgresSchema = """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' null ' || is_nullable || ' identity ' || is_identity AS "Value"
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        """;
}
