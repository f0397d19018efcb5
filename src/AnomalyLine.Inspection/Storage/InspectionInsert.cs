using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>The prepared statement that writes one inspection.</summary>
internal sealed class InspectionInsert : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter[] _parameters;

    public InspectionInsert(SqliteConnection connection)
    {
        var columns = InspectionRow.Columns.Split(", ");
        _command = connection.CreateCommand();
        _command.CommandText = $"INSERT INTO inspections ({InspectionRow.Columns}) VALUES ({string.Join(", ", columns.Select(c => '$' + c))})";
        _parameters = [.. columns.Select(c => _command.Parameters.AddWithValue('$' + c, 0L))];
        _command.Prepare();
    }

    /// <summary>Writes a row within a transaction.</summary>
    public void Run(SqliteTransaction transaction, InspectionRecord record)
    {
        ReadOnlySpan<object> values =
        [
            record.Position, record.Station, record.Sequence, record.PartId,
            (long)record.Verdict, (long)record.ReasonCode, record.ReasonText,
            (double)record.Score, (double)record.Threshold, RegionBlob.Write(record.Regions),
            record.ModelVersion, (long)record.RecipeRevision, record.CaptureTime.UtcTicks, record.CompletionTime.UtcTicks,
            record.Timings.PrepareMs, record.Timings.QueueMs, record.Timings.DetectMs, record.Timings.JudgeMs,
            record.Timings.LogMs, record.Timings.TotalMs, (long)record.Timings.BatchSize,
            (long)record.FrameWidth, (long)record.FrameHeight, record.ProductId,
            record.Timings.DecodeMs, record.Timings.ForwardMs, record.IsCaptureTimeUncertain ? 1L : 0L,
        ];
        for (var i = 0; i < values.Length; i++) _parameters[i].Value = values[i];
        _command.Transaction = transaction;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
