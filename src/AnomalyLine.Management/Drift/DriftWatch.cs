using System.Collections.Concurrent;
using System.Threading.Channels;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Drift;

/// <summary>
/// Watches all stations for drift, beside the line: judged parts wait in a bounded queue, of which the oldest are left out where it is full. A new model or threshold starts afresh, and so does a
/// restart: what the server did not see it cannot rank. Alarms are kept in the database and survive both. Any thread offers; one task works.
/// </summary>
public sealed partial class DriftWatch(DriftOptions options, ModelStore models, TimeProvider time, ILogger<DriftWatch> logger, ManagementDatabase? database = null)
{
    /// <summary>How long an alarm counts as the present state: 10 minutes.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    private const int Waiting = 1024, KeptAlarms = 100;

    private readonly Channel<(InspectionRecord Record, Frame? Frame, InspectionArea? Area)> _queue =
        Channel.CreateBounded<(InspectionRecord Record, Frame? Frame, InspectionArea? Area)>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ConcurrentDictionary<string, long> _measured = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Key, StationDrift Drift)> _stations = new(StringComparer.Ordinal);
    private readonly Queue<DriftAlarm> _alarms = new();
    private readonly Lock _gate = new();

    /// <summary>A judged frame; returns at once, and whether it keeps the frame.</summary>
    public bool Offer(EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!options.Enabled || item.Record.Verdict is not (Verdict.Ok or Verdict.NotOk)) return false;

        // Only a frame that is due goes along: the others' memory is not held.
        var last = _measured.GetOrAdd(item.Record.Station, long.MinValue);
        var isDue = last == long.MinValue || time.GetElapsedTime(last) >= options.MeasureInterval;
        if (isDue) _measured[item.Record.Station] = time.GetTimestamp();
        return _queue.Writer.TryWrite((item.Record, isDue ? item.Frame : null, item.Map?.Area)) && isDue;
    }

    /// <summary>Works until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await LoadAsync(stopping);
        await foreach (var (record, frame, area) in _queue.Reader.ReadAllAsync(stopping))
            if (Look(record, frame, area) is { Count: > 0 } raised) await KeepAsync(raised, stopping);
    }

    /// <summary>The signals of a station under its present recipe; empty before its first part.</summary>
    public IReadOnlyList<DriftState> Get(string station)
    {
        lock (_gate)
        {
            return !_stations.TryGetValue(station, out var found)
                ? []
                : [.. found.Drift.Detectors.Select(d => new DriftState(d.Key, d.Value.Count, d.Value.Statistic / options.PartsToFalseAlarm, d.Value.ReferenceMedian, d.Value.RecentMedian))];
        }
    }

    /// <summary>The newest alarm of a station, as long as it is younger than <see cref="Fresh"/>; null for none.</summary>
    public DriftAlarm? Current(string station) => Alarms(station) is [var newest, ..] && time.GetUtcNow() - newest.Time < Fresh ? newest : null;

    /// <summary>The last alarms of a station, newest first.</summary>
    public IReadOnlyList<DriftAlarm> Alarms(string station)
    {
        lock (_gate) return [.. _alarms.Where(alarm => alarm.Station == station).Reverse()];
    }

    internal IReadOnlyList<DriftAlarm> Look(InspectionRecord record, Frame? frame, InspectionArea? area)
    {
        FrameStatistics? statistics = null;
        if (frame is not null && !FrameStatistics.TryMeasure(Shown(frame, record), area, models.Find(record.ModelVersion)?.Manifest.Input.Alignment, out statistics, out _)) statistics = null;
        lock (_gate)
        {
            var drift = Of(record, area);
            var now = time.GetUtcNow();
            DriftAlarm[] raised = [.. drift.Judged(record.Score, record.Verdict == Verdict.NotOk, now), .. statistics is null ? [] : drift.Measure(statistics, now)];
            foreach (var alarm in raised)
            {
                _alarms.Enqueue(alarm);
                if (_alarms.Count > KeptAlarms) _alarms.Dequeue();
                Drifted(logger, alarm.Station, alarm.Signal, alarm.Reason, alarm.Suggestion);
            }

            return raised;
        }
    }

    /// <summary>The alarms of before the start; none where the database is away.</summary>
    internal async Task LoadAsync(CancellationToken cancellation)
    {
        if (database is null) return;
        var read = await database.ReadAsync<List<DriftAlarm>>(
            async (context, cancel) => await context.Set<DriftAlarm>().OrderByDescending(alarm => EF.Property<long>(alarm, DriftAlarmTable.Id)).Take(KeptAlarms).ToListAsync(cancel), cancellation);
        if (!read.TryGet(out var kept, out _)) return;
        lock (_gate)
        {
            var raised = _alarms.ToArray();
            _alarms.Clear();
            foreach (var alarm in kept.AsEnumerable().Reverse().Concat(raised).TakeLast(KeptAlarms)) _alarms.Enqueue(alarm);
        }
    }

    /// <summary>Keeps new alarms, and no more than the last ones; where the database is away they are known until the end of the server.</summary>
    private async Task KeepAsync(IReadOnlyList<DriftAlarm> raised, CancellationToken cancellation)
    {
        if (database is null) return;
        await database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                context.AddRange(raised);
                await context.SaveChangesAsync(cancel);
                var oldest = await context.Set<DriftAlarm>().Select(alarm => EF.Property<long>(alarm, DriftAlarmTable.Id)).OrderDescending().Skip(KeptAlarms).FirstOrDefaultAsync(cancel);
                await context.Set<DriftAlarm>().Where(alarm => EF.Property<long>(alarm, DriftAlarmTable.Id) <= oldest).ExecuteDeleteAsync(cancel);
                return true;
            },
            cancellation);
    }

    /// <summary>With white where the model has it, as in its calibration.</summary>
    private Frame Shown(Frame frame, InspectionRecord record) =>
        frame.HasDeepValues && frame.SignificantBits == 0 ? frame.AssumeBits(models.Find(record.ModelVersion)?.Manifest.Input.SignificantBits ?? 0) : frame;

    private StationDrift Of(InspectionRecord record, InspectionArea? area)
    {
        var key = $"{record.ModelVersion} {record.Threshold} {area?.ToJson()}";
        if (_stations.TryGetValue(record.Station, out var known) && known.Key == key) return known.Drift;
        var (calibration, threshold) = Calibration(record);
        var learnt = models.Find(record.ModelVersion)?.Manifest.Input.Area ?? new InspectionArea(null, []);
        var isLearnt = area is null || area.Equals(learnt.Region is null ? learnt with { Region = new RegionOfInterest(0, 0, record.FrameWidth, record.FrameHeight) } : learnt);
        var drift = new StationDrift(record.Station, calibration, Math.Min(record.Threshold, threshold), isLearnt, options.PartsToFalseAlarm);
        _stations[record.Station] = (key, drift);
        return drift;
    }

    private (IReadOnlyList<CalibrationFrame> Frames, float Threshold) Calibration(InspectionRecord record)
    {
        try
        {
            return models.Find(record.ModelVersion) is { } model ? (CalibrationFrame.Read(models.GetPath(record.ModelVersion)) ?? [], model.Manifest.Calibration.Threshold) : ([], record.Threshold);
        }
        catch (ModelFileException)
        {
            // The line says so itself, when it loads the model; drift is then watched without a reference.
            return ([], record.Threshold);
        }
    }

    [LoggerMessage(210, LogLevel.Warning, "Station {Station} drifts ({Signal}): {Reason} {Suggestion}")]
    private static partial void Drifted(ILogger logger, string station, DriftSignal signal, string reason, string suggestion);
}
