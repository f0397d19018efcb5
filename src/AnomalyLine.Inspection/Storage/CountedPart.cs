using AnomalyLine.Imaging;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>What production counts of an inspection.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Station">Its station.</param>
/// <param name="ProductId">Its product.</param>
/// <param name="Quarter">The quarter of an hour of its verdict, counted from the year 1.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Reason">Why.</param>
/// <param name="Score">Its class among <see cref="ProductionSummary.Scores"/>; -1 for none.</param>
/// <param name="Place">Its place among <see cref="ProductionSummary.Places"/>; -1 for none.</param>
/// <param name="Gap">Ticks since the station's part before; -1 where there was none within <see cref="ProductionSummary.LongestGap"/>.</param>
internal readonly record struct CountedPart(long Position, string Station, string ProductId, long Quarter, Verdict Verdict, ReasonCode Reason, int Score, int Place, long Gap)
{
    /// <summary>Ticks of a quarter of an hour. Every zone's clock differs from UTC by a whole number of them.</summary>
    public const long QuarterTicks = 15 * TimeSpan.TicksPerMinute;

    /// <summary>Selects what <see cref="Read"/> reads, of inspections in the order of the log: those after a position and up to another.</summary>
    public const string Select = """
        SELECT position, station, product_id, completion_ticks, verdict, reason_code, score, threshold, CASE WHEN verdict = 2 THEN regions ELSE x'' END, frame_width, frame_height,
          completion_ticks - (SELECT completion_ticks FROM inspections before WHERE before.station = inspections.station AND before.sequence = inspections.sequence - 1)
        FROM inspections WHERE position > $after AND position <= $upto ORDER BY position LIMIT $most
        """;

    public static CountedPart Read(SqliteDataReader row)
    {
        var verdict = (Verdict)row.GetInt32(4);
        var score = verdict is Verdict.Ok or Verdict.NotOk ? ClassOf(row.GetFloat(6), row.GetFloat(7)) : -1;
        var place = verdict is Verdict.NotOk ? PlaceOf(RegionBlob.Read(row.GetFieldValue<byte[]>(8)), row.GetInt32(9), row.GetInt32(10)) : -1;

        // Verdicts of one station can be made in another order than the log has them.
        var gap = row.IsDBNull(11) ? -1 : Math.Max(0, row.GetInt64(11));
        return new CountedPart(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3) / QuarterTicks, verdict, (ReasonCode)row.GetInt32(5), score, place,
            gap <= ProductionSummary.LongestGap.Ticks ? gap : -1);
    }

    private static int ClassOf(float score, float threshold)
    {
        if (!(threshold > 0) || !float.IsFinite(score)) return -1;

        // A twentieth is no number of binary fractions, twenty times the share of a score at the threshold is exactly 20.
        return (int)Math.Clamp(Math.Ceiling(Math.Round(1 / ProductionSummary.ScoreStep) * score / threshold) - 1, 0, ProductionSummary.ScoreClasses - 1);
    }

    private static int PlaceOf(IReadOnlyList<DefectRegion> regions, int width, int height)
    {
        if (regions.Count == 0 || width <= 0 || height <= 0) return -1;
        var strongest = regions[0];
        return (Cell(strongest.Y + (strongest.Height / 2.0), height) * ProductionSummary.PlaceSide) + Cell(strongest.X + (strongest.Width / 2.0), width);

        static int Cell(double centre, int side) => (int)Math.Clamp(Math.Floor(centre / side * ProductionSummary.PlaceSide), 0, ProductionSummary.PlaceSide - 1);
    }
}
