using System.Data;
using System.Reflection;
using AnomalyLine.Inspection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace AnomalyLine.Management.Storage;

/// <summary>All rows of one management database into another, of either kind.</summary>
internal static class DatabaseCopy
{
    private const int BatchSize = 500;
    private static readonly MethodInfo s_copyTable = typeof(DatabaseCopy).GetMethod(nameof(CopyTableAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Copies as of one moment, in one transaction, into a database without rows.</summary>
    /// <returns>How many rows, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    public static Task<Outcome<int>> CopyToAsync(this ManagementDatabase source, ManagementDatabase target, CancellationToken cancellation) => source.ReadAsync<int>(
        async (from, cancel) =>
        {
            await using var moment = await from.Database.BeginTransactionAsync(from.IsPostgres ? IsolationLevel.RepeatableRead : IsolationLevel.Serializable, cancel);
            return await target.ChangeAsync<int>(
                async (to, stop) =>
                {
                    var rows = 0;
                    foreach (var table in InOrder(from.Model))
                    {
                        if (await (Task<int>)s_copyTable.MakeGenericMethod(table.ClrType).Invoke(null, [from, to, stop])! is var copied && copied < 0)
                            return new LineError(LineErrorCode.ManagementFailed, $"The table {table.GetTableName()} of the target has rows already; use an empty database.");
                        rows += copied;
                        if (to.IsPostgres) await CountOnAsync(to, table, stop);
                    }

                    return rows;
                },
                cancel);
        },
        cancellation);

    /// <summary>Tables before those that refer to them.</summary>
    private static List<IEntityType> InOrder(IModel model)
    {
        var ordered = new List<IEntityType>();
        var rest = model.GetEntityTypes().ToList();
        while (rest.Count > 0)
        {
            var next = rest.FindIndex(type => type.GetForeignKeys().All(key => key.PrincipalEntityType == type || ordered.Contains(key.PrincipalEntityType)));
            ordered.Add(rest[next]);
            rest.RemoveAt(next);
        }

        return ordered;
    }

    private static async Task<int> CopyTableAsync<T>(ManagementContext from, ManagementContext to, CancellationToken cancellation)
        where T : class
    {
        if (await to.Set<T>().AnyAsync(cancellation)) return -1;
        var rows = 0;
        await foreach (var row in from.Set<T>().AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            to.Add(row);
            if (++rows % BatchSize != 0) continue;
            await to.SaveChangesAsync(cancellation);
            to.ChangeTracker.Clear();
        }

        await to.SaveChangesAsync(cancellation);
        to.ChangeTracker.Clear();
        return rows;
    }

    /// <summary>Has PostgreSQL count on after the highest number that was copied.</summary>
    private static async Task CountOnAsync(ManagementContext to, IEntityType table, CancellationToken cancellation)
    {
        if (table.FindPrimaryKey()?.Properties is not [{ ValueGenerated: ValueGenerated.OnAdd } key] || (key.ClrType != typeof(long) && key.ClrType != typeof(int))) return;
        var (name, column) = (table.GetTableName()!, key.GetColumnName());
#pragma warning disable EF1002 // Both names come from the model.
        await to.Database.ExecuteSqlRawAsync($"""SELECT setval(pg_get_serial_sequence('"{name}"', '{column}'), coalesce((SELECT max("{column}") FROM "{name}"), 0) + 1, false)""", cancellation);
#pragma warning restore EF1002
    }
}
