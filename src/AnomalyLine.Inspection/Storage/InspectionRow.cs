using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>An inspection's columns, in the order in which they are written and read.</summary>
internal static class InspectionRow
{
    public const string Columns =
        "position, station, sequence, part_id, verdict, reason_code, reason_text, score, threshold, regions, model_version, recipe_revision, "
        + "capture_ticks, completion_ticks, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, "
        + "decode_ms, forward_ms, capture_uncertain";

    /// <summary>The sum of all of them.</summary>
    public const string SumColumn = "record_sum";

    /// <summary>How many there are; the sum comes after them.</summary>
    public static readonly int Count = Columns.Split(", ").Length;

    /// <summary>A record's columns as they are written: long, double, string or bytes.</summary>
    public static object[] ValuesOf(InspectionRecord record) =>
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

    public static long Position(SqliteDataReader row) => row.GetInt64(0);

    public static string Station(SqliteDataReader row) => row.GetString(1);

    public static long Sequence(SqliteDataReader row) => row.GetInt64(2);

    public static InspectionRecord Read(SqliteDataReader row) => new()
    {
        Position = Position(row),
        Station = Station(row),
        Sequence = Sequence(row),
        PartId = row.GetString(3),
        Verdict = (Verdict)row.GetInt32(4),
        ReasonCode = (ReasonCode)row.GetInt32(5),
        ReasonText = row.GetString(6),
        Score = row.GetFloat(7),
        Threshold = row.GetFloat(8),
        Regions = RegionBlob.Read(row.GetFieldValue<byte[]>(9)),
        ModelVersion = row.GetString(10),
        RecipeRevision = row.GetInt32(11),
        CaptureTime = new DateTimeOffset(row.GetInt64(12), TimeSpan.Zero),
        CompletionTime = new DateTimeOffset(row.GetInt64(13), TimeSpan.Zero),
        Timings = new Timings(
            row.GetDouble(14), row.GetDouble(15), row.GetDouble(16), row.GetDouble(17), row.GetDouble(18), row.GetDouble(19), row.GetInt32(20))
        {
            DecodeMs = row.GetDouble(24),
            ForwardMs = row.GetDouble(25),
        },
        FrameWidth = row.GetInt32(21),
        FrameHeight = row.GetInt32(22),
        ProductId = row.GetString(23),
        IsCaptureTimeUncertain = row.GetInt64(26) != 0,
    };
}
