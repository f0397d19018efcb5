using System.Collections.Concurrent;

namespace AnomalyLine.Server.Grpc;

/// <summary>Cameras that are connected now: open streams, by the stations whose frames they have sent. Any thread.</summary>
internal sealed class ConnectedCameras
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Number of a station's.</summary>
    public int Of(string station) => _counts.GetValueOrDefault(station);

    /// <summary>A stream has sent a station's first frame.</summary>
    public void Enter(string station) => _counts.AddOrUpdate(station, 1, (_, count) => count + 1);

    /// <summary>The stream ended.</summary>
    public void Leave(string station) => _counts.AddOrUpdate(station, 0, (_, count) => count - 1);
}
