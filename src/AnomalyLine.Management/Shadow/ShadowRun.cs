using System.Collections.Concurrent;
using AnomalyLine.Inspection;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Thresholds;

namespace AnomalyLine.Management.Shadow;

/// <summary>The shadows of the stations, at most one each. Any thread.</summary>
/// <param name="load">Loads the model of a version; on the thread that will own it.</param>
/// <param name="calibrationOf">The calibration of a version; null where there is no such model.</param>
/// <param name="isIdle">Whether no frame waits for a station's active model.</param>
public sealed class ShadowRun(Func<string, IDetector> load, Func<string, Calibration?> calibrationOf, Func<string, bool> isIdle)
{
    private readonly ConcurrentDictionary<string, StationShadow> _shadows = new(StringComparer.Ordinal);

    /// <summary>Lets a version be a station's shadow, in the place of the one before.</summary>
    /// <returns>Whether there is such a model.</returns>
    public bool Start(string station, string version)
    {
        if (calibrationOf(version) is not { } calibration) return false;
        Stop(station);
        _shadows[station] = new StationShadow(version, calibration, load, () => isIdle(station));
        return true;
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

    /// <summary>A judged frame; returns at once. A model that has become active is its own shadow no more.</summary>
    public void Offer(EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Record.Verdict is not (Verdict.Ok or Verdict.NotOk) || !_shadows.TryGetValue(item.Record.Station, out var shadow)) return;
        if (shadow.Version == item.Record.ModelVersion) Stop(item.Record.Station, shadow.Version);
        else shadow.Offer(item);
    }
}
