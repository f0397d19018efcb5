using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Webhooks;

/// <summary>The alarms of all stations, as OPC UA has them.</summary>
internal sealed class StationAlarms(LineHost host, DriftWatch drift)
{
    /// <summary>A station does not judge, though nobody stopped it.</summary>
    public const string NotReady = "NotReady";

    /// <summary>What a station sees is no longer what it was.</summary>
    public const string Drift = "Drift";

    /// <summary>By station and kind of alarm why there is one, in words.</summary>
    public Dictionary<(string Station, string Alarm), string> Current()
    {
        var current = new Dictionary<(string, string), string>();
        foreach (var station in host.Stations)
        {
            if (!station.Ready && station.Mode != StationMode.Stopped) current[(station.Name, NotReady)] = station.Fault;
            if (drift.Current(station.Name) is { } alarm) current[(station.Name, Drift)] = alarm.Reason;
        }

        return current;
    }
}
