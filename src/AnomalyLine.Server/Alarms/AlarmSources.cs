using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.OpcUaGateway;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Alarms;

/// <summary>All that is wrong now, looked up where it is known. One task asks.</summary>
/// <param name="options">When alarms are raised, and where the data folder is.</param>
/// <param name="host">The stations.</param>
/// <param name="drift">Their drift.</param>
/// <param name="collector">Keeps samples.</param>
/// <param name="jobs">The trainings.</param>
/// <param name="gateway">The OPC UA gateway.</param>
/// <param name="tls">The certificate; null without TLS.</param>
/// <param name="alarms">Knows what stations say of their alarms.</param>
/// <param name="time">Clock.</param>
internal sealed class AlarmSources(
    AnomalyLineOptions options, LineHost host, DriftWatch drift, SampleCollector collector, JobStore jobs, GatewaySupervisor gateway, TlsFiles? tls,
    AlarmList alarms, TimeProvider time)
{
    /// <summary>So long before its expiry a certificate is not a warning any more.</summary>
    private static readonly TimeSpan s_lastWeek = TimeSpan.FromDays(7);

    /// <summary>The gateway comes back by itself from most faults within this.</summary>
    private static readonly TimeSpan s_gatewayPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_recipePatience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, DateTimeOffset> _noRecipe = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Sequence, DateTimeOffset Time)> _lastPart = new(StringComparer.Ordinal);
    private IReadOnlyList<AlarmCondition> _failedJobs = [];
    private Task _jobsChanged = Task.CompletedTask;
    private DateTimeOffset? _gatewayAway;

    /// <summary>What is wrong now.</summary>
    public async Task<IReadOnlyList<AlarmCondition>> FindAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_jobsChanged.IsCompleted) await ReadJobsAsync(cancellation);
        return
        [
            .. host.Stations.SelectMany(station => OfStation(station, now)).Concat(OfServer(now)).Concat(_failedJobs)
                .Select(condition => condition with { Message = FilePaths.WithoutFolders(condition.Message) }),
        ];
    }

    private IEnumerable<AlarmCondition> OfStation(StationStatus station, DateTimeOffset now)
    {
        if (IsUnready(station, now))
            yield return new(AlarmKind.NotReady, station.Name, station.FaultKind == StationFault.NoRecipe ? AlarmSeverity.Warning : AlarmSeverity.Critical, station.Fault);
        if (drift.Current(station.Name) is { } drifted)
            yield return new(AlarmKind.Drift, station.Name, AlarmSeverity.Warning, $"{drifted.Reason} {drifted.Suggestion}");
        var silentAfter = alarms.SilentAfter(station.Name) ?? options.Alarms.CameraSilentAfter;
        if (LastPart(station, now) is { } last && station.Ready && silentAfter > TimeSpan.Zero && now - last >= silentAfter)
            yield return new(AlarmKind.CameraSilent, station.Name, AlarmSeverity.Critical, $"No part has come for {Words(silentAfter)}; look at the camera, its trigger and its network, or stop the station.");
    }

    /// <summary>Whether it does not judge though nobody stopped it. A station that has just been made is given its recipe next.</summary>
    private bool IsUnready(StationStatus station, DateTimeOffset now)
    {
        if (station.FaultKind != StationFault.NoRecipe) _noRecipe.Remove(station.Name);
        if (station.Ready || station.Mode == StationMode.Stopped) return false;
        if (station.FaultKind != StationFault.NoRecipe) return true;
        if (!_noRecipe.TryGetValue(station.Name, out var since)) _noRecipe[station.Name] = since = now;
        return now - since >= s_recipePatience;
    }

    private IEnumerable<AlarmCondition> OfServer(DateTimeOffset now)
    {
        if (collector.Fault.Length > 0) yield return new(AlarmKind.SamplesNotKept, "", AlarmSeverity.Warning, $"No samples are kept: {collector.Fault}");
        if (OfDisk() is { } disk) yield return disk;
        if (tls?.Until is { } until && until - now < options.Alarms.CertificateWarning)
        {
            var isOver = until <= now;
            yield return new(
                AlarmKind.CertificateExpires, "", until - now < s_lastWeek ? AlarmSeverity.Critical : AlarmSeverity.Warning,
                $"The certificate of TLS {(isOver ? "has expired" : "expires")} on {until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: put a new one in its place; no restart is needed.");
        }

        // One that starts again after a fault is away, too.
        var state = gateway.State;
        if (state.Status is GatewayStatus.Running or GatewayStatus.Disabled or GatewayStatus.Stopped) _gatewayAway = null;
        else _gatewayAway ??= now;
        if (_gatewayAway is { } since && (now - since >= s_gatewayPatience || state.Status == GatewayStatus.Misconfigured))
            yield return new(AlarmKind.GatewayAway, "", AlarmSeverity.Critical, $"No OPC UA client can connect. {(state.Message.Length > 0 ? state.Message : "The gateway is starting.")}");
    }

    private AlarmCondition? OfDisk()
    {
        var reserved = options.Management.ReservedDiskBytes;
        var free = new DriveInfo(Path.GetFullPath(options.DataFolder)).AvailableFreeSpace;
        if (free >= 2 * reserved) return null;
        var isShort = free < reserved;
        return new(
            AlarmKind.DiskLow, "", isShort ? AlarmSeverity.Critical : AlarmSeverity.Warning,
            $"Less than {(isShort ? reserved : 2 * reserved) >> 20} MiB are free on the disk of the data folder; make room, or shorten the retention. {(isShort ? "No samples are kept; verdicts go on." : "")}".TrimEnd());
    }

    /// <summary>When a station's newest part was judged: looked up in the log once, then by its number alone. Null before its first.</summary>
    private DateTimeOffset? LastPart(StationStatus station, DateTimeOffset now)
    {
        if (station.LastSequence == 0) return null;
        if (!_lastPart.TryGetValue(station.Name, out var known))
        {
            var newest = host.Line.Log.Find(new LogSearch { Station = station.Name }, 1).Records;
            known = (station.LastSequence, newest is [var record, ..] ? record.CompletionTime : now);
        }
        else if (known.Sequence != station.LastSequence)
        {
            known = (station.LastSequence, now);
        }

        _lastPart[station.Name] = known;
        return known.Time;
    }

    /// <summary>The newest job of each station that is over, where it failed and none came after it.</summary>
    private async Task ReadJobsAsync(CancellationToken cancellation)
    {
        var changed = jobs.Changed;
        if (!(await jobs.ListAsync(null, 200, cancellation)).TryGet(out var newest, out _)) return;
        _jobsChanged = changed;
        _failedJobs =
        [
            .. newest.GroupBy(job => job.Station).Select(jobs => jobs.First()).Where(job => job.State == JobState.Failed).Select(job => new AlarmCondition(
                AlarmKind.TrainingFailed, job.Station, AlarmSeverity.Warning, $"Training job {job.Id.ToString(CultureInfo.InvariantCulture)} failed: {job.Message}",
                job.Id.ToString(CultureInfo.InvariantCulture))),
        ];
    }

    private static string Words(TimeSpan span) => span.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min");
}
