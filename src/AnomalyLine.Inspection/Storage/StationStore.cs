using AnomalyLine.Vision.Imaging;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Reads and writes stations and recipes on the writing connection.</summary>
internal static class StationStore
{
    public static void AddStation(SqliteConnection connection, string name, DateTimeOffset time)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO stations VALUES ($name, $ticks)";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$ticks", time.UtcTicks);
        command.ExecuteNonQuery();
    }

    public static void AddRecipe(SqliteConnection connection, Recipe recipe, DateTimeOffset time)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO recipes VALUES ($station, $revision, $model, $threshold, $pixel, $x, $y, $width, $height, $deadline, $ticks)";
        command.Parameters.AddWithValue("$station", recipe.Station);
        command.Parameters.AddWithValue("$revision", recipe.Revision);
        command.Parameters.AddWithValue("$model", recipe.ModelVersion);
        command.Parameters.AddWithValue("$threshold", (double)recipe.Threshold);
        command.Parameters.AddWithValue("$pixel", (double)recipe.PixelThreshold);
        command.Parameters.AddWithValue("$x", (object?)recipe.Region?.X ?? DBNull.Value);
        command.Parameters.AddWithValue("$y", (object?)recipe.Region?.Y ?? DBNull.Value);
        command.Parameters.AddWithValue("$width", (object?)recipe.Region?.Width ?? DBNull.Value);
        command.Parameters.AddWithValue("$height", (object?)recipe.Region?.Height ?? DBNull.Value);
        command.Parameters.AddWithValue("$deadline", recipe.Deadline.Ticks);
        command.Parameters.AddWithValue("$ticks", time.UtcTicks);
        command.ExecuteNonQuery();
    }

    /// <summary>All stations with their newest recipe and the first and last sequence that the log has of them.</summary>
    public static List<StoredStation> ReadStations(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT s.name,
              coalesce((SELECT min(sequence) FROM inspections i WHERE i.station = s.name), 1),
              coalesce((SELECT max(sequence) FROM inspections i WHERE i.station = s.name), 0),
              r.revision, r.model_version, r.threshold, r.pixel_threshold, r.region_x, r.region_y, r.region_width, r.region_height, r.deadline_ticks
            FROM stations s LEFT JOIN recipes r ON r.station = s.name AND r.revision = (SELECT max(revision) FROM recipes WHERE station = s.name)
            """;
        using var rows = command.ExecuteReader();
        var stations = new List<StoredStation>();
        while (rows.Read()) stations.Add(new StoredStation(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), ReadRecipe(rows)));
        return stations;
    }

    /// <summary>The highest position that the log ever gave; 0 for a new log.</summary>
    public static long ReadLastPosition(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inspections'), 0)";
        return (long)command.ExecuteScalar()!;
    }

    private static Recipe? ReadRecipe(SqliteDataReader row)
    {
        if (row.IsDBNull(3)) return null;
        var region = row.IsDBNull(7) ? null : new RegionOfInterest(row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10));
        return new Recipe(
            row.GetString(0), row.GetInt32(3), row.GetString(4), row.GetFloat(5), row.GetFloat(6), region, TimeSpan.FromTicks(row.GetInt64(11)));
    }
}
