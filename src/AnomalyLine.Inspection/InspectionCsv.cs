using System.Globalization;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>
/// Inspections as lines of CSV (RFC 4180): numbers with a decimal point, times in ISO 8601 and UTC. A text that a spreadsheet would compute (=, +, -, @ at
/// its start) gets an apostrophe before it, and control characters are written out.
/// </summary>
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
            Text(record.Station), Number(record.Sequence), Text(record.PartId), Text(record.ProductId), record.Verdict, record.ReasonCode, Text(record.ReasonText),
            Number(record.Score), Number(record.Threshold), Number(record.Regions.Count), Text(record.ModelVersion), Number(record.RecipeRevision),
            Time(record.CaptureTime), record.IsCaptureTimeUncertain ? "true" : "false", Time(record.CompletionTime), Number(record.Timings.TotalMs),
            Number(record.FrameWidth), Number(record.FrameHeight));
    }

    private static string Text(string text)
    {
        text = ControlCharacters.Escape(text);
        if (text is ['=' or '+' or '-' or '@', ..]) text = "'" + text;
        return text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Number<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
