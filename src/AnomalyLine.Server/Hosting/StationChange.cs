using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Shadow;

namespace AnomalyLine.Server.Hosting;

/// <summary>Renames and removes stations, whoever asks, with their entries in the audit. Any thread. Each call gives the station, or the failure.</summary>
internal sealed class StationChange(LineHost host, ShadowRun shadows, AuditLog audit)
{
    /// <summary>Sets the name that people read; empty for the station's name.</summary>
    public async Task<Outcome<StationStatus>> RenameAsync(string name, string displayName, Caller caller, CancellationToken cancellation)
    {
        if (!host.Line.GetStation(name).TryGet(out var before, out var unknown)) return unknown;
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.RenameStationAsync(name, displayName, cancellation)).TryGet(out var after, out var failure)) return failure;
        return await NoteAsync(caller, "station.rename", after, new { before.DisplayName }, new { after.DisplayName });
    }

    /// <summary>Takes a station out of the line, and ends its shadow. Its inspections, recipes, samples and models stay.</summary>
    public async Task<Outcome<StationStatus>> RemoveAsync(string name, Caller caller, CancellationToken cancellation)
    {
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        if (!(await host.Line.RemoveStationAsync(name, cancellation)).TryGet(out var before, out var failure)) return failure;
        shadows.Stop(name);
        return await NoteAsync(caller, "station.remove", before, new { before.Name, before.DisplayName, before.LastSequence, before.Recipe }, null);
    }

    private async Task<Outcome<StationStatus>> NoteAsync(Caller caller, string action, StationStatus station, object? oldValue, object? newValue) =>
        (await audit.AppendAsync(caller, action, station.Name, oldValue, newValue, CancellationToken.None)).Error is { } error ? error : station;
}
