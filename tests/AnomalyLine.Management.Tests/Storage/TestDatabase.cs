using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Management.Tests.Storage;

/// <summary>A management database of its own, with a clock that stands still.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(string folder, string connection)
    {
        Folder = folder;
        Options = new ManagementOptions { ConnectionString = connection };
        Database = Open();
        Audit = new AuditLog(Database, Time);
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Caller Somebody => new("ann", "ipv4:192.0.2.7:5000");

    public string Folder { get; }

    public ManagementOptions Options { get; }

    public ManagementDatabase Database { get; }

    public AuditLog Audit { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var connection = kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync() : "";
        return new TestDatabase(Directory.CreateTempSubdirectory("anomalyline-management-").FullName, connection);
    }

    /// <summary>The file in a folder that somebody else made.</summary>
    public static TestDatabase Of(string folder) => new(folder, "");

    /// <summary>The same database, as after a restart.</summary>
    public ManagementDatabase Open() => new(Options, Folder, NullLogger<ManagementDatabase>.Instance);

    /// <summary>Runs a statement on the tables, as somebody with rights on the database could.</summary>
    /// <returns>Why the database refused it; null where it did not.</returns>
    public async Task<string?> RunSqlAsync(string statement) =>
        (await Database.ChangeAsync<int>(async (context, cancel) => await context.Database.ExecuteSqlRawAsync(statement, cancel), Cancel)).Error?.Message;

    /// <summary>The tables of an earlier release, up to this migration, before the first use of <see cref="Database"/>.</summary>
    public async Task MigrateAsync(string migration)
    {
        await using var context = Connect();
        var (migrations, history) = (context.GetService<IMigrationsAssembly>(), context.GetService<IHistoryRepository>());
        await context.Database.ExecuteSqlRawAsync(history.GetCreateIfNotExistsScript(), Cancel);
        foreach (var (id, type) in migrations.Migrations.Where(row => string.CompareOrdinal(row.Key, migration) <= 0))
        {
            var operations = migrations.CreateMigration(type, context.Database.ProviderName!).UpOperations;
            foreach (var command in context.GetService<IMigrationsSqlGenerator>().Generate(operations)) await context.Database.ExecuteSqlRawAsync(command.CommandText, Cancel);
            await context.Database.ExecuteSqlRawAsync(history.GetInsertScript(new HistoryRow(id, "10")), Cancel);
        }
    }

    /// <summary>Runs a statement on the tables as they are.</summary>
    public async Task RunAsync(string statement)
    {
        await using var context = Connect();
        await context.Database.ExecuteSqlRawAsync(statement, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private ManagementContext Connect()
    {
        var builder = new DbContextOptionsBuilder<ManagementContext>()
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.ModelSnapshotNotFound, RelationalEventId.PendingModelChangesWarning));
        return new ManagementContext((Options.ConnectionString.Length > 0
            ? builder.UseNpgsql(Options.ConnectionString) : builder.UseSqlite($"Data Source={Database.FilePath};Pooling=False")).Options);
    }
}
