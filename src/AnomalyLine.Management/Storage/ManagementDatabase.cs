using System.Data.Common;
using AnomalyLine.Inspection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Storage;

/// <summary>
/// The database of everything that management keeps: a SQLite file (WAL) or PostgreSQL, with one set of code and of migrations. It opens itself at its
/// first use and again after a failure, so that a database that is away never stops the line. Readers run beside each other, changes one at a time.
/// Any thread.
/// </summary>
public sealed partial class ManagementDatabase : IAsyncDisposable
{
    // Any number will do, as long as all servers take the same.
    private const long PostgresChangeLock = 0x414E4F4D414C59;

    private readonly SemaphoreSlim _change = new(1);
    private readonly SemaphoreSlim _opening = new(1);
    private readonly DbContextOptions<ManagementContext> _creating;
    private readonly DbContextOptions<ManagementContext> _options;
    private readonly ILogger _logger;
    private volatile bool _open;
    private volatile string _fault = "";

    /// <summary>A database that is opened at its first use.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="dataFolder">Folder of the file, where it is one; made where it is missing.</param>
    /// <param name="logger">Hears of failures and recoveries.</param>
    public ManagementDatabase(ManagementOptions options, string dataFolder, ILogger<ManagementDatabase> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
        FilePath = options.ConnectionString.Length == 0 ? Path.Combine(Path.GetFullPath(dataFolder), "management.db") : null;
        _creating = Connect(options, SqliteOpenMode.ReadWriteCreate);

        // A file that somebody takes away meanwhile is not made anew: an empty audit would look like a whole one.
        _options = Connect(options, SqliteOpenMode.ReadWrite);
    }

    /// <summary>The SQLite file; null on PostgreSQL.</summary>
    public string? FilePath { get; }

    /// <summary>Why the last use failed; empty where it succeeded.</summary>
    public string Fault => _fault;

    /// <summary>Reads. Nothing that it changes is kept.</summary>
    /// <param name="read">What to read; a failure of its own is handed on.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>What was read, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    internal Task<Outcome<T>> ReadAsync<T>(Func<ManagementContext, CancellationToken, Task<Outcome<T>>> read, CancellationToken cancellation) =>
        TryAsync(
            async () =>
            {
                await using var context = new ManagementContext(_options);
                context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
                return await read(context, cancellation);
            },
            cancellation);

    /// <summary>Makes a change in a transaction of its own, after all changes before it: saved and committed where it succeeds, undone where it gives a failure.</summary>
    /// <param name="change">What to change; a failure of its own is handed on.</param>
    /// <param name="cancellation">Leaves the database as it was.</param>
    /// <returns>What the change gave, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    internal async Task<Outcome<T>> ChangeAsync<T>(Func<ManagementContext, CancellationToken, Task<Outcome<T>>> change, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            return await TryAsync(
                async () =>
                {
                    await using var context = new ManagementContext(_options);
                    await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
                    if (context.IsPostgres) await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PostgresChangeLock})", cancellation);
                    var outcome = await change(context, cancellation);
                    if (outcome.Error is not null) return outcome;
                    await context.SaveChangesAsync(cancellation);
                    await transaction.CommitAsync(cancellation);
                    context.Committed?.Invoke();
                    return outcome;
                },
                cancellation);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Opens it, bringing its tables up to date; null, or why that failed. Every use does this by itself.</summary>
    public async Task<LineError?> OpenAsync(CancellationToken cancellation) =>
        (await TryAsync<bool>(() => Task.FromResult<Outcome<bool>>(true), cancellation)).Error;

    /// <summary>Brings all of a SQLite database into its one file.</summary>
    internal Task<Outcome<int>> CheckpointAsync(CancellationToken cancellation) =>
        ReadAsync<int>(async (context, cancel) => await context.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancel), cancellation);

    /// <summary>After the last use.</summary>
    public ValueTask DisposeAsync()
    {
        _change.Dispose();
        _opening.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Outcome<T>> TryAsync<T>(Func<Task<Outcome<T>>> use, CancellationToken cancellation)
    {
        try
        {
            if (!_open) await MigrateAsync(cancellation);
            var outcome = await use();
            if (_fault.Length > 0) Recovered(_logger);
            _fault = "";
            return outcome;
        }
        catch (Exception e) when (Innermost(e) is DbException or IOException or UnauthorizedAccessException or TimeoutException or System.Net.Sockets.SocketException)
        {
            // Once a fault, not once a call: a full disk must not be filled further.
            if (_fault.Length == 0) Failed(_logger, e);
            _fault = _open && FilePath is not null && !File.Exists(FilePath)
                ? $"The management database {FilePath} is gone; put it back, or stop the server and restore a backup (a start without it begins an empty one). Stations go on judging."
                : $"The management database cannot be used ({Innermost(e).Message}); check {FilePath ?? "the PostgreSQL server and AnomalyLine:Management:ConnectionString"}. Stations go on judging.";
            return new LineError(LineErrorCode.ManagementFailed, _fault);
        }
    }

    private async Task MigrateAsync(CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            if (_open) return;
            if (FilePath is not null) Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            await using var context = new ManagementContext(_creating);
            if (FilePath is not null)
            {
                await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellation);

                // A server that was killed while it migrated leaves its lock behind; the line's own lock on the folder says that no other one is at it.
                await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
            }

            if ((await context.Database.GetAppliedMigrationsAsync(cancellation)).Except(context.Database.GetMigrations(), StringComparer.Ordinal).FirstOrDefault() is { } newer)
                throw new IOException($"a newer release has changed it ({newer}); start that one, or restore the backup from before it");
            await context.Database.MigrateAsync(cancellation);
            _open = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private DbContextOptions<ManagementContext> Connect(ManagementOptions options, SqliteOpenMode mode)
    {
        var builder = new DbContextOptionsBuilder<ManagementContext>()
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.ModelSnapshotNotFound, RelationalEventId.PendingModelChangesWarning));
        return (FilePath is null
            ? builder.UseNpgsql(options.ConnectionString)
            : builder.UseSqlite(new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false, DefaultTimeout = 10, Mode = mode }.ToString())).Options;
    }

    private static Exception Innermost(Exception exception) => exception is DbUpdateException or InvalidOperationException && exception.InnerException is { } inner ? Innermost(inner) : exception;

    [LoggerMessage(201, LogLevel.Error, "The management database cannot be used")]
    private static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(202, LogLevel.Information, "The management database can be used again")]
    private static partial void Recovered(ILogger logger);
}
