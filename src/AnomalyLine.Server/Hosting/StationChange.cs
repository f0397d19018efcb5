using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Shadow;

namespace AnomalyLine.Server.Hosting;

/// <summary>Makes, renames, starts, stops and removes stations, whoever asks, with their entries in the audit. Any thread. Each call gives the station, or the failure.</summary>
internal sealed class StationChange(LineHost host, ShadowRun shadows, ScheduleRun schedules, AuditLog audit)
{
    /// <summary>Makes a station, without a recipe.</summary>
    public async Task<Outcome<StationStatus>> CreateAsync(string name, Caller caller, CancellationToken cancellation)
    {
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.CreateStationAsync(name, cancellation)).TryGet(out var station, out var failure)) return failure;
        await audit.NoteAsync(caller, "station.create", station.Name, null, new { station.Name });
        return station;
    }

    /// <summary>Sets the name that people read; empty for the station's name.</summary>
    public async Task<Outcome<StationStatus>> RenameAsync(string name, string displayName, Caller caller, CancellationToken cancellation)
    {
        if (!host.Line.GetStation(name).TryGet(out var before, out var unknown)) return unknown;
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.RenameStationAsync(name, displayName, cancellation)).TryGet(out var after, out var failure)) return failure;
        await audit.NoteAsync(caller, "station.rename", name, new { before.DisplayName }, new { after.DisplayName });
        return after;
    }

    /// <summary>Starts or stops a station. Stopping is never refused for the audit's sake: it is what makes a line safe.</summary>
    public async Task<Outcome<StationStatus>> SetModeAsync(string name, StationMode mode, Caller caller, CancellationToken cancellation)
    {
        if (!host.Line.GetStation(name).TryGet(out var before, out var unknown)) return unknown;
        if (mode != StationMode.Stopped && await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.SetModeAsync(name, mode, cancellation)).TryGet(out var after, out var failure)) return failure;
        await audit.NoteAsync(caller, mode == StationMode.Stopped ? "station.stop" : "station.start", name, new { before.Mode }, new { after.Mode });
        return after;
    }

    /// <summary>Counts a station's inspections from zero.</summary>
    public async Task<Outcome<StationStatus>> ResetCountersAsync(string name, Caller caller, CancellationToken cancellation)
    {
        if (!host.Line.GetStation(name).TryGet(out var before, out var unknown)) return unknown;
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!host.Line.ResetCounters(name).TryGet(out var after, out var failure)) return failure;
        await audit.NoteAsync(caller, "station.reset-counters", name, before.Counters, after.Counters);
        return after;
    }

    /// <summary>Takes a station out of the line, and ends its shadow and its schedule. Its inspections, recipes, samples and models stay.</summary>
    public async Task<Outcome<StationStatus>> RemoveAsync(string name, Caller caller, CancellationToken cancellation)
    {
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.RemoveStationAsync(name, cancellation)).TryGet(out var before, out var failure)) return failure;
        shadows.Stop(name);
        await audit.NoteAsync(caller, "station.remove", name, new { before.Name, before.DisplayName, before.LastSequence, before.Recipe }, null);

        // Where this fails, the schedules end it themselves when they look next.
        await schedules.EndAsync(name, caller, CancellationToken.None);
        return before;
    }
}
