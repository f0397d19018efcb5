using System.Collections.Concurrent;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Shadow;

/// <summary>The shadows of the stations, at most one each, and their counts, which survive a restart but for the last seconds of a killed server. Any thread.</summary>
/// <param name="load">Loads the model of a version; on the thread that will own it.</param>
/// <param name="calibrationOf">The calibration of a version; null where there is no such model.</param>
/// <param name="isIdle">Whether no frame waits for a station's active model.</param>
/// <param name="database">Where the counts are kept.</param>
/// <param name="time">Clock.</param>
public sealed class ShadowRun(Func<string, IDetector> load, Func<string, Calibration?> calibrationOf, Func<string, bool> isIdle, ManagementDatabase database, TimeProvider time)
{
    private static readonly TimeSpan s_saveInterval = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, ShadowCount> _saved = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StationShadow> _shadows = new(StringComparer.Ordinal);

    /// <summary>
    /// Lets a version be a station's shadow, for frames of one product, in the place of the one before. It counts on where it was the station's last
    /// one; where the database is away, from zero.
    /// </summary>
    /// <returns>Whether there is such a model.</returns>
    public async Task<bool> StartAsync(string station, string productId, string version, CancellationToken cancellation)
    {
        if (calibrationOf(version) is not { } calibration) return false;
        var read = await database.ReadAsync<ShadowCount?>(
            async (context, cancel) => await context.Set<ShadowCount>().FirstOrDefaultAsync(count => count.Station == station && count.Version == version, cancel), cancellation);
        Stop(station);
        _shadows[station] = new StationShadow(productId, version, calibration, load, () => isIdle(station), read.TryGet(out var kept, out _) ? kept
            : null);
        return true;
    }

    /// <summary>Keeps the counts every few seconds, and once more at the end.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_saveInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) await SaveAsync();
        }
        finally
        {
            await SaveAsync();
        }
    }

    /// <summary>Writes the counts that have changed; where the database is away, the next time.</summary>
    internal async Task SaveAsync()
    {
        foreach (var (station, shadow) in _shadows)
        {
            var report = shadow.Report;
            var count = new ShadowCount
            {
                Station = station,
                Version = report.Version,
                ActiveVersion = report.ActiveVersion,
                Judged = report.Judged,
                Agreed = report.Agreed,
                Skipped = report.Skipped,
            };
            if (_saved.TryGetValue(station, out var last) && last == count) continue;
            var outcome = await database.ChangeAsync<bool>(
                async (context, cancel) =>
                {
                    if (await context.Set<ShadowCount>().FirstOrDefaultAsync(row => row.Station == station, cancel) is { } row) context.Entry(row).CurrentValues.SetValues(count);
                    else context.Add(count);
                    return true;
                },
                CancellationToken.None);
            if (outcome.Error is null) _saved[station] = count with { };
        }
    }

    /// <summary>Ends a station's shadow; nothing happens where it has none, or another version.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="version">Only this version; null for any.</param>
    public void Stop(string station, string? version = null)
    {
        if (!_shadows.TryGetValue(station, out var shadow) || (version is not null && shadow.Version != version)) return;
        if (_shadows.TryRemove(new KeyValuePair<string, StationShadow>(station, shadow))) shadow.Dispose();
    }

    /// <summary>How a station's shadow does; null where it has none.</summary>
    public ShadowReport? Get(string station) => _shadows.TryGetValue(station, out var shadow) ? shadow.Report : null;

    /// <summary>A frame of the line, in log order; returns at once, and whether a shadow keeps it. A model that has become active is its own shadow no more.</summary>
    public bool Offer(EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!_shadows.TryGetValue(item.Record.Station, out var shadow)) return false;
        if (shadow.ProductId != item.Record.ProductId) return false;
        if (shadow.Version != item.Record.ModelVersion) return shadow.Offer(item);
        Stop(item.Record.Station, shadow.Version);
        return false;
    }
}
