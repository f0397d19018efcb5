using System.Collections.Concurrent;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Console;

/// <summary>The last inspections of each station, for all who look at the page: one subscriber of the feed, however many they are.</summary>
internal sealed class RecentInspections(LineHost host) : BackgroundService
{
    private const int StripLength = 10;
    private readonly ConcurrentDictionary<string, RecentOfStation> _stations = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<InspectionRecord> _rejected = [];

    /// <summary>Of all stations those that are not Ok, newest first.</summary>
    public IReadOnlyList<InspectionRecord> Rejected => _rejected;

    /// <summary>Of one station.</summary>
    public RecentOfStation Of(string station) => _stations.GetValueOrDefault(station) ?? new RecentOfStation([]);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Whatever was missed is not worth showing: start with the newest.
                await foreach (var record in host.Line.Feed.Watch(new WatchRequest { Tail = RecentOfStation.Kept }).Value.WithCancellation(stoppingToken)) Add(record);
                return;
            }
            catch (SubscriberTooSlowException)
            {
                _stations.Clear();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Add(InspectionRecord record)
    {
        _stations[record.Station] = Of(record.Station).With(record);
        if (record.Verdict != Verdict.Ok) _rejected = [record, .. _rejected.Take(StripLength - 1)];
    }
}
