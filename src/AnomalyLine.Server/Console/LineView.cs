using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>The line at a moment, for pages. Immutable.</summary>
/// <param name="Timestamp">When, by the clock's counter.</param>
/// <param name="Stations">Its stations in order of name.</param>
/// <param name="Recent">The last inspections by station; those without any are left out.</param>
/// <param name="Rejected">Of all stations those that are not Ok, newest first.</param>
internal sealed record LineView(long Timestamp, IReadOnlyList<StationStatus> Stations, IReadOnlyDictionary<string, RecentOfStation> Recent, IReadOnlyList<InspectionRecord> Rejected)
{
    /// <summary>The last inspections of one station.</summary>
    public RecentOfStation Of(string station) => Recent.GetValueOrDefault(station) ?? RecentOfStation.None;
}
