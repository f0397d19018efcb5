using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Camera;

/// <summary>A frame on its way: until its answer comes it is kept, to be sent again on a new connection.</summary>
internal sealed class Shot(InspectRequest request, long taken)
{
    /// <summary>What is sent.</summary>
    public InspectRequest Request => request;

    /// <summary>Timestamp of its taking.</summary>
    public long Taken => taken;

    /// <summary>Whether it was given to a connection, so that the server may have it.</summary>
    public bool IsSent { get; set; }
}
