using static AnomalyLine.Inspection.CsvField;

namespace AnomalyLine.Inspection;

/// <summary>Inspections as lines of CSV, by <see cref="CsvField"/>.</summary>
public static class InspectionCsv
{
    /// <summary>The names of the columns, without a line end.</summary>
    public const string Header = "station,sequence,part_id,product_id,verdict,reason_code,reason_text,score,threshold,regions,model_version,recipe_revision,"
        + "capture_time,capture_time_uncertain,completion_time,total_ms,frame_width,frame_height";

    /// <summary>One inspection, without a line end.</summary>
    public static string Row(InspectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return string.Join(
            ',',
            Text(record.Station), Number<long>(record.Sequence), Text(record.PartId), Text(record.ProductId), record.Verdict, record.ReasonCode, Text(record.ReasonText),
            Number<float>(record.Score), Number<float>(record.Threshold), Number<int>(record.Regions.Count), Text(record.ModelVersion), Number<int>(record.RecipeRevision),
            Time(record.CaptureTime), record.IsCaptureTimeUncertain ? "true" : "false", Time(record.CompletionTime), Number<double>(record.Timings.TotalMs),
            Number<int>(record.FrameWidth), Number<int>(record.FrameHeight));
    }
}
