using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Brings a row of the log to the record that was answered: where its commit came after the deadline, the verdict of the row does not hold.
/// </summary>
internal static class InspectionCorrection
{
    /// <summary>Within the running transaction of the connection.</summary>
    public static void Run(SqliteConnection connection, InspectionRecord record, RecordSum sum)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE inspections SET verdict = $verdict, reason_code = $code, reason_text = $text, score = $score, regions = $regions, "
            + $"completion_ticks = $ticks, log_ms = $log, total_ms = $total, {InspectionRow.SumColumn} = $sum WHERE position = $position";
        command.Parameters.AddWithValue("$verdict", (int)record.Verdict);
        command.Parameters.AddWithValue("$code", (int)record.ReasonCode);
        command.Parameters.AddWithValue("$text", record.ReasonText);
        command.Parameters.AddWithValue("$score", (double)record.Score);
        command.Parameters.AddWithValue("$regions", RegionBlob.Write(record.Regions));
        command.Parameters.AddWithValue("$ticks", record.CompletionTime.UtcTicks);
        command.Parameters.AddWithValue("$log", record.Timings.LogMs);
        command.Parameters.AddWithValue("$total", record.Timings.TotalMs);
        command.Parameters.AddWithValue("$sum", sum.Of(InspectionRow.ValuesOf(record)));
        command.Parameters.AddWithValue("$position", record.Position);
        command.ExecuteNonQuery();
    }
}
