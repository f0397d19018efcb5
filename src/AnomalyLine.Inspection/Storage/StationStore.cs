using AnomalyLine.Imaging;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Reads and writes stations and recipes on the writing connection.</summary>
internal static class StationStore
{
    /// <summary>Adds a station. One that was removed begins anew: the recipes that it has are those of before.</summary>
    public static void AddStation(SqliteConnection connection, string name, DateTimeOffset time)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO stations (name, creation_ticks) VALUES ($name, $ticks)
            ON CONFLICT (name) DO UPDATE SET creation_ticks = $ticks, mode = 1, product_id = '', display_name = '', removal_ticks = NULL,
              revisions_before = coalesce((SELECT max(revision) FROM recipes WHERE station = $name), 0)
            """;
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$ticks", time.UtcTicks);
        command.ExecuteNonQuery();
    }

    /// <summary>Keeps mode and selected product.</summary>
    public static void UpdateStation(SqliteConnection connection, string name, StationMode mode, string productId)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE stations SET mode = $mode, product_id = $product WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$mode", (int)mode);
        command.Parameters.AddWithValue("$product", productId);
        command.ExecuteNonQuery();
    }

    /// <summary>Marks a station as removed; what it inspected stays until retention takes it.</summary>
    public static void RemoveStation(SqliteConnection connection, string name, DateTimeOffset time) => Update(connection, name, "removal_ticks", time.UtcTicks);

    /// <summary>Sets the name that people read.</summary>
    public static void RenameStation(SqliteConnection connection, string name, string displayName) => Update(connection, name, "display_name", displayName);

    public static void AddRecipe(SqliteConnection connection, Recipe recipe, DateTimeOffset time)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO recipes ({RecipeRow.Columns}) VALUES "
            + "($station, $revision, $model, $threshold, $pixel, $x, $y, $width, $height, $deadline, $ticks, $product, $restored, $sensitivity, $limit, $by, $reason, $leftOut)";
        command.Parameters.AddWithValue("$station", recipe.Station);
        command.Parameters.AddWithValue("$revision", recipe.Revision);
        command.Parameters.AddWithValue("$model", recipe.ModelVersion);
        command.Parameters.AddWithValue("$threshold", (double)recipe.Threshold);
        command.Parameters.AddWithValue("$pixel", (double)recipe.PixelThreshold);
        command.Parameters.AddWithValue("$x", (object?)recipe.Area?.Region?.X ?? DBNull.Value);
        command.Parameters.AddWithValue("$y", (object?)recipe.Area?.Region?.Y ?? DBNull.Value);
        command.Parameters.AddWithValue("$width", (object?)recipe.Area?.Region?.Width ?? DBNull.Value);
        command.Parameters.AddWithValue("$height", (object?)recipe.Area?.Region?.Height ?? DBNull.Value);
        command.Parameters.AddWithValue("$deadline", recipe.Deadline.Ticks);
        command.Parameters.AddWithValue("$ticks", time.UtcTicks);
        command.Parameters.AddWithValue("$product", recipe.ProductId);
        command.Parameters.AddWithValue("$restored", recipe.RestoredFrom);
        command.Parameters.AddWithValue("$sensitivity", (double)recipe.Sensitivity);
        command.Parameters.AddWithValue("$limit", (double)recipe.SensitivityLimit);
        command.Parameters.AddWithValue("$by", recipe.CreatedBy);
        command.Parameters.AddWithValue("$reason", recipe.Reason);
        command.Parameters.AddWithValue("$leftOut", recipe.Area is { LeftOut.Count: > 0 } area ? new InspectionArea(null, area.LeftOut).ToJson() : DBNull.Value);
        command.ExecuteNonQuery();
    }

    /// <summary>All stations with the newest recipe of each product and the first and last sequence that the log has of them.</summary>
    public static List<StoredStation> ReadStations(SqliteConnection connection)
    {
        var recipes = ReadActiveRecipes(connection).ToLookup(recipe => recipe.Station, StringComparer.Ordinal);
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT name, mode, product_id,
              coalesce((SELECT min(sequence) FROM inspections WHERE station = name), 1),
              coalesce((SELECT max(sequence) FROM inspections WHERE station = name), 0),
              display_name, removal_ticks,
              CASE WHEN removal_ticks IS NULL THEN revisions_before ELSE coalesce((SELECT max(revision) FROM recipes WHERE station = name), 0) END
            FROM stations
            """;
        using var rows = command.ExecuteReader();
        var stations = new List<StoredStation>();
        while (rows.Read())
        {
            var name = rows.GetString(0);
            stations.Add(new StoredStation(name, rows.GetInt64(3), rows.GetInt64(4), (StationMode)rows.GetInt32(1), rows.GetString(2), [.. recipes[name]])
            {
                DisplayName = rows.GetString(5),
                RemovalTime = rows.IsDBNull(6) ? null : new DateTimeOffset(rows.GetInt64(6), TimeSpan.Zero),
                RevisionsBefore = rows.GetInt32(7),
            });
        }

        return stations;
    }

    /// <summary>The highest position that the log ever gave; 0 for a new log.</summary>
    public static long ReadLastPosition(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inspections'), 0)";
        return (long)command.ExecuteScalar()!;
    }

    private static void Update(SqliteConnection connection, string name, string column, object value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE stations SET {column} = $value WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    private static List<Recipe> ReadActiveRecipes(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {RecipeRow.Columns} FROM recipes r
            WHERE revision = (SELECT max(revision) FROM recipes o WHERE o.station = r.station AND o.product_id = r.product_id)
              AND revision > (SELECT CASE WHEN removal_ticks IS NULL THEN revisions_before ELSE revision END FROM stations WHERE name = r.station)
            """;
        using var rows = command.ExecuteReader();
        var recipes = new List<Recipe>();
        while (rows.Read()) recipes.Add(RecipeRow.Read(rows));
        return recipes;
    }
}
