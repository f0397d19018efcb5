using AnomalyLine.Imaging;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>A recipe's columns, in the order in which they are written and read.</summary>
internal static class RecipeRow
{
    public const string Columns =
        "station, revision, model_version, threshold, pixel_threshold, region_x, region_y, region_width, region_height, deadline_ticks, activation_ticks, "
        + "product_id, restored_from, sensitivity, sensitivity_limit, created_by, reason, left_out";

    public static DateTimeOffset ActivationTime(SqliteDataReader row) => new(row.GetInt64(10), TimeSpan.Zero);

    public static Recipe Read(SqliteDataReader row)
    {
        var region = row.IsDBNull(5) ? null : new RegionOfInterest(row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8));
        var area = row.IsDBNull(17) ? region : InspectionArea.Parse(row.GetString(17)) with { Region = region };
        return new Recipe(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetFloat(3), row.GetFloat(4), area, TimeSpan.FromTicks(row.GetInt64(9)))
        {
            ProductId = row.GetString(11),
            RestoredFrom = row.GetInt32(12),
            Sensitivity = row.GetFloat(13),
            SensitivityLimit = row.GetFloat(14),
            CreatedBy = row.GetString(15),
            Reason = row.GetString(16),
        };
    }
}
