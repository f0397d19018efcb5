namespace AnomalyLine.Inspection;

/// <summary>The place of an inspection in the order of time; of those completed at one moment, the order of the log decides.</summary>
/// <param name="CompletionTicks">UTC ticks of its completion.</param>
/// <param name="Position">Its position in the log.</param>
public sealed record HistoryPlace(long CompletionTicks, long Position)
{
    /// <summary>The place of an inspection.</summary>
    public static HistoryPlace Of(InspectionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(record.CompletionTime.UtcTicks, record.Position);
    }
}
