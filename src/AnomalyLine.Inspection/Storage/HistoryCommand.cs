using System.Text;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Reads of the log in the order of time, as SQL.</summary>
internal static class HistoryCommand
{
    /// <summary>Regions are left out: they are most of a row, and no trend shows them.</summary>
    private static readonly string s_columns = InspectionRow.Columns.Replace(" regions,", " x'' AS regions,", StringComparison.Ordinal);

    private static readonly string s_judged = $"verdict IN ({(int)Verdict.Ok}, {(int)Verdict.NotOk})";

    /// <summary>Selects what <see cref="InspectionRow"/> reads.</summary>
    public static SqliteCommand Rows(SqliteConnection connection, HistoryRange range, int most)
    {
        var command = connection.CreateCommand();
        var sql = new StringBuilder($"SELECT {s_columns} FROM inspections INDEXED BY inspections_by_completion WHERE station = $station");
        command.Parameters.AddWithValue("$station", range.Station);
        var (first, last) = Bounds(range);
        AddBounds(command, sql, first, last);
        if (range.After is { } after)
        {
            sql.Append(range.IsNewestFirst ? " AND (completion_ticks, position) < ($ticks, $position)" : " AND (completion_ticks, position) > ($ticks, $position)");
            command.Parameters.AddWithValue("$ticks", after.CompletionTicks);
            command.Parameters.AddWithValue("$position", after.Position);
        }

        sql.Append(range.IsNewestFirst ? " ORDER BY completion_ticks DESC, position DESC" : " ORDER BY completion_ticks, position");
        command.CommandText = sql.Append(" LIMIT $most").ToString();
        command.Parameters.AddWithValue("$most", most);
        return command;
    }

    /// <summary>Selects for each interval that has inspections its number and what <see cref="Read"/> reads.</summary>
    public static SqliteCommand Intervals(SqliteConnection connection, string station, DateTimeOffset from, DateTimeOffset until, TimeSpan interval)
    {
        var command = connection.CreateCommand();
        var sql = new StringBuilder("SELECT (completion_ticks - $first) / $interval AS number, count(*)");
        foreach (var (value, condition) in new[] { ("score", s_judged), ("threshold", "1"), ("threshold - score", s_judged), ("total_ms", "1") })
        {
            var chosen = $"CASE WHEN {condition} THEN {value} END";
            sql.Append($", count({chosen}), coalesce(avg({chosen}), 0.0), coalesce(min({chosen}), 0.0), coalesce(max({chosen}), 0.0)");
        }

        sql.Append(" FROM inspections INDEXED BY inspections_by_completion WHERE station = $station");
        command.Parameters.AddWithValue("$station", station);
        command.Parameters.AddWithValue("$interval", interval.Ticks);
        AddBounds(command, sql, from.UtcTicks, until.UtcTicks - 1);
        command.CommandText = sql.Append(" GROUP BY number ORDER BY number").ToString();
        return command;
    }

    /// <summary>One interval of <see cref="Intervals"/>.</summary>
    public static HistoryInterval Read(SqliteDataReader row, DateTimeOffset from, TimeSpan interval) => new(
        new DateTimeOffset(from.UtcTicks + (row.GetInt64(0) * interval.Ticks), TimeSpan.Zero), row.GetInt64(1), SpreadAt(row, 2), SpreadAt(row, 6), SpreadAt(row, 10), SpreadAt(row, 14));

    private static Spread SpreadAt(SqliteDataReader row, int column) =>
        new(row.GetInt64(column), row.GetDouble(column + 1), row.GetDouble(column + 2), row.GetDouble(column + 3));

    private static void AddBounds(SqliteCommand command, StringBuilder sql, long first, long last)
    {
        sql.Append(" AND completion_ticks BETWEEN $first AND $last");
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$last", last);
    }

    /// <summary>The first and the last tick; nearer where the place to go on after is, so that the index begins there.</summary>
    private static (long First, long Last) Bounds(HistoryRange range)
    {
        var first = range.From?.UtcTicks ?? 0;
        var last = (range.Until?.UtcTicks ?? long.MaxValue) - 1;
        return range.After is not { } after ? (first, last)
            : range.IsNewestFirst ? (first, Math.Min(last, after.CompletionTicks))
            : (Math.Max(first, after.CompletionTicks), last);
    }
}
