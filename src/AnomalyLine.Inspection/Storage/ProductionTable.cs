using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Production by quarter of an hour, station and product, beside the inspections that it was counted from, with the position up to which they are counted. It stays when they go, and no release needs it to judge: it
/// belongs to no version of the tables.
/// </summary>
internal static class ProductionTable
{
    public const string Sql = """
        CREATE TABLE IF NOT EXISTS production (
          station TEXT NOT NULL, quarter INTEGER NOT NULL, product_id TEXT NOT NULL,
          ok INTEGER NOT NULL, not_ok INTEGER NOT NULL, not_decidable INTEGER NOT NULL, paced INTEGER NOT NULL, running_ticks INTEGER NOT NULL,
          reasons BLOB NOT NULL, scores BLOB NOT NULL, places BLOB NOT NULL,
          PRIMARY KEY (station, quarter, product_id)) WITHOUT ROWID;
        """;

    /// <summary>Most inspections that a summary counts itself, beyond what is in the table.</summary>
    private const int MostUncounted = 20_000;

    private const string PositionKey = "production_position";

    /// <summary>The position up to which inspections are counted.</summary>
    public static long ReadPosition(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT value FROM meta WHERE key = '{PositionKey}'";
        return command.ExecuteScalar() is string text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Inspections in the order of the log.</summary>
    public static IEnumerable<CountedPart> ReadParts(SqliteConnection connection, long after, long upto, int most)
    {
        using var command = connection.CreateCommand();
        command.CommandText = CountedPart.Select;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$upto", upto);
        command.Parameters.AddWithValue("$most", most);
        using var rows = command.ExecuteReader();
        while (rows.Read()) yield return CountedPart.Read(rows);
    }

    /// <summary>Counts inspections, in the running transaction of the writing connection: those after one position and up to another. Does nothing where others are counted already.</summary>
    public static void Count(SqliteConnection connection, IEnumerable<CountedPart> parts, long after, long upto, DateTimeOffset now)
    {
        if (ReadPosition(connection) != after) return;
        foreach (var group in parts.GroupBy(part => (part.Station, part.Quarter, part.ProductId)))
        {
            using var command = connection.CreateCommand();
            command.Parameters.AddWithValue("$station", group.Key.Station);
            command.Parameters.AddWithValue("$quarter", group.Key.Quarter);
            command.Parameters.AddWithValue("$product", group.Key.ProductId);
            var tally = new ProductionTally();
            command.CommandText = $"SELECT {ProductionTally.Columns} FROM production WHERE station = $station AND quarter = $quarter AND product_id = $product";
            using (var rows = command.ExecuteReader())
                if (rows.Read()) tally.Add(rows, 0);
            foreach (var part in group) tally.Add(part);
            var values = tally.ToValues();
            var names = values.Select((_, i) => $"$v{i}").ToList();
            for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue(names[i], values[i]);
            command.CommandText = $"INSERT OR REPLACE INTO production (station, quarter, product_id, {ProductionTally.Columns}) VALUES ($station, $quarter, $product, {string.Join(", ", names)})";
            command.ExecuteNonQuery();
        }

        using var end = connection.CreateCommand();
        end.CommandText = $"INSERT OR REPLACE INTO meta VALUES ('{PositionKey}', $position); DELETE FROM production WHERE station IN (SELECT name FROM stations) AND quarter < $oldest";
        end.Parameters.AddWithValue("$position", upto.ToString(CultureInfo.InvariantCulture));
        end.Parameters.AddWithValue("$oldest", (now - ProductionSummary.Kept).UtcTicks / CountedPart.QuarterTicks);
        end.ExecuteNonQuery();
    }

    /// <summary>Sums up what is counted, and what is in the log beyond it.</summary>
    /// <param name="connection">Reads; nothing else runs on it.</param>
    /// <param name="query">What.</param>
    /// <param name="upto">Position of the newest inspection that is as it was answered.</param>
    public static ProductionSummary Summarize(SqliteConnection connection, ProductionQuery query, long upto)
    {
        // One state of the log for all of it, so that no part counts twice.
        using var transaction = connection.BeginTransaction(deferred: true);
        var starts = query.Slices.Select(slice => QuarterOf(slice.Start)).ToArray();
        var ends = query.Slices.Select(slice => QuarterOf(slice.End)).ToArray();
        var total = new ProductionTally();
        var counts = new Dictionary<(int Slice, string Station, string ProductId), ProductionNumbers>();
        using (var command = Select(connection, query, starts.FirstOrDefault(), ends.LastOrDefault()))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
                if (SliceOf(rows.GetInt64(1)) is { } slice) Add((slice, rows.GetString(0), rows.GetString(2)), total.Add(rows, 3));
        }

        var last = ReadPosition(connection);
        foreach (var part in ReadParts(connection, last, upto, MostUncounted))
        {
            last = part.Position;
            if (query.Station is { } station && station != part.Station) continue;
            if (query.ProductId is { } product && product != part.ProductId) continue;
            if (SliceOf(part.Quarter) is { } slice) Add((slice, part.Station, part.ProductId), total.Add(part));
        }

        return new ProductionSummary
        {
            Counts =
            [
                .. counts.OrderBy(count => count.Key.Slice).ThenBy(count => count.Key.Station, StringComparer.Ordinal).ThenBy(count => count.Key.ProductId, StringComparer.Ordinal)
                    .Select(count => ToCount(count.Key, count.Value)),
            ],
            Scores = total.Scores,
            Places = total.Places,
            Reasons = total.Reasons,
            Uncounted = Math.Max(0, upto - last),
        };

        int? SliceOf(long quarter)
        {
            var at = Array.BinarySearch(starts, quarter);
            if (at < 0) at = ~at - 1;
            return at >= 0 && quarter < ends[at] ? at : null;
        }

        void Add((int Slice, string Station, string ProductId) key, ProductionNumbers numbers) => counts[key] = counts.GetValueOrDefault(key) + numbers;
    }

    private static ProductionCount ToCount((int Slice, string Station, string ProductId) key, ProductionNumbers numbers) =>
        new(key.Slice, key.Station, key.ProductId, numbers.Ok, numbers.NotOk, numbers.NotDecidable, TimeSpan.FromTicks(numbers.RunningTicks), numbers.Paced);

    private static SqliteCommand Select(SqliteConnection connection, ProductionQuery query, long first, long end)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT station, quarter, product_id, {ProductionTally.Columns} FROM production WHERE "
            + (query.Station is null ? "station IN (SELECT name FROM stations)" : "station = $station")
            + " AND quarter >= $first AND quarter < $end" + (query.ProductId is null ? "" : " AND product_id = $product");
        command.Parameters.AddWithValue("$station", query.Station ?? "");
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$end", end);
        command.Parameters.AddWithValue("$product", query.ProductId ?? "");
        return command;
    }

    private static long QuarterOf(DateTimeOffset time) => time.UtcTicks / CountedPart.QuarterTicks;
}
