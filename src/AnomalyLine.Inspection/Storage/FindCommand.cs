using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>A search as SQL; everything that a caller gave is a parameter.</summary>
internal static class FindCommand
{
    /// <summary>The model judged: without it the score is 0 and says nothing.</summary>
    private static readonly string HasScore = $" AND verdict IN ({(int)Verdict.Ok}, {(int)Verdict.NotOk})";

    /// <summary>Selects <see cref="InspectionRow.Columns"/>, newest first unless the oldest are wanted.</summary>
    public static SqliteCommand Create(SqliteConnection connection, LogSearch search, long downTo, int most, bool isOldestFirst = false)
    {
        var command = connection.CreateCommand();
        var sql = new StringBuilder($"SELECT {InspectionRow.Columns} FROM inspections WHERE station = $station AND sequence < $before AND sequence >= $down");
        command.Parameters.AddWithValue("$station", search.Station);
        command.Parameters.AddWithValue("$before", search.BeforeSequence);
        command.Parameters.AddWithValue("$down", downTo);
        AddOneOf("verdict", search.Verdicts.Select(verdict => (int)verdict));
        AddOneOf("reason_code", search.ReasonCodes.Select(code => (int)code));

        if (search.NearThreshold is { } near)
        {
            sql.Append(HasScore).Append(" AND abs(score - threshold) <= $near * abs(threshold)");
            command.Parameters.AddWithValue("$near", near);
        }

        if (search.PartId.Length > 0)
        {
            sql.Append(" AND instr(lower(part_id), lower($part)) > 0");
            command.Parameters.AddWithValue("$part", search.PartId);
        }

        if (search.ProductId is { } product)
        {
            sql.Append(" AND product_id = $product");
            command.Parameters.AddWithValue("$product", product);
        }

        if (search.MinScore is { } least)
        {
            sql.Append(HasScore).Append(" AND score >= $least");
            command.Parameters.AddWithValue("$least", (double)least);
        }

        if (search.MaxScore is { } highest)
        {
            sql.Append(HasScore).Append(" AND score <= $highest");
            command.Parameters.AddWithValue("$highest", (double)highest);
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

        command.CommandText = sql.Append(isOldestFirst ? " ORDER BY sequence LIMIT $most" : " ORDER BY sequence DESC LIMIT $most").ToString();
        command.Parameters.AddWithValue("$most", most);
        return command;

        void AddOneOf(string column, IEnumerable<int> values)
        {
            var names = new List<string>();
            foreach (var value in values)
            {
                names.Add($"${column}{names.Count}");
                command.Parameters.AddWithValue(names[^1], value);
            }

            if (names.Count > 0) sql.Append(CultureInfo.InvariantCulture, $" AND {column} IN (").AppendJoin(',', names).Append(')');
        }
    }
}
