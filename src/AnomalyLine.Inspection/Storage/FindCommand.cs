using System.Text;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>A search as SQL; everything that a caller gave is a parameter.</summary>
internal static class FindCommand
{
    /// <summary>Selects <see cref="InspectionRow.Columns"/>, newest first.</summary>
    public static SqliteCommand Create(SqliteConnection connection, LogSearch search, long downTo, int most)
    {
        var command = connection.CreateCommand();
        var sql = new StringBuilder($"SELECT {InspectionRow.Columns} FROM inspections WHERE station = $station AND sequence < $before AND sequence >= $down");
        command.Parameters.AddWithValue("$station", search.Station);
        command.Parameters.AddWithValue("$before", search.BeforeSequence);
        command.Parameters.AddWithValue("$down", downTo);
        if (search.Verdicts.Count > 0)
        {
            sql.Append(" AND verdict IN (").AppendJoin(',', search.Verdicts.Select((_, i) => $"$verdict{i}")).Append(')');
            foreach (var (i, verdict) in search.Verdicts.Index()) command.Parameters.AddWithValue($"$verdict{i}", (int)verdict);
        }

        if (search.NearThreshold is { } near)
        {
            sql.Append(" AND verdict IN ($ok, $notOk) AND abs(score - threshold) <= $near * abs(threshold)");
            command.Parameters.AddWithValue("$ok", (int)Verdict.Ok);
            command.Parameters.AddWithValue("$notOk", (int)Verdict.NotOk);
            command.Parameters.AddWithValue("$near", near);
        }

        if (search.PartId.Length > 0)
        {
            sql.Append(" AND instr(lower(part_id), lower($part)) > 0");
            command.Parameters.AddWithValue("$part", search.PartId);
        }

        if (search.From is { } from)
        {
            sql.Append(" AND capture_ticks >= $from");
            command.Parameters.AddWithValue("$from", from.UtcTicks);
        }

        if (search.Until is { } until)
        {
            sql.Append(" AND capture_ticks < $until");
            command.Parameters.AddWithValue("$until", until.UtcTicks);
        }

        command.CommandText = sql.Append(" ORDER BY sequence DESC LIMIT $most").ToString();
        command.Parameters.AddWithValue("$most", most);
        return command;
    }
}
