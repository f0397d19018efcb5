using AnomalyLine.Contracts.V1;
using Frame = AnomalyLine.Imaging.Frame;

namespace AnomalyLine.Camera.Sending;

/// <summary>A frame on its way: until its answer comes it is kept, to be sent again on a new connection.</summary>
/// <param name="request">What is sent.</param>
/// <param name="pixels">The frame whose bytes the request points to; null where it has none.</param>
/// <param name="taken">Timestamp of its taking.</param>
internal sealed class Shot(InspectRequest request, Frame? pixels, long taken)
{
    /// <summary>What is sent.</summary>
    public InspectRequest Request => request;

    /// <summary>Timestamp of its taking.</summary>
    public long Taken => taken;

    /// <summary>Bytes of its pixels.</summary>
    public int Bytes { get; } = request.Frame.Data.Length;

    /// <summary>
    /// The server has answered, so it has read all of it: the pixels' memory goes to the next frame. Not for a frame that is given up: a connection that is being closed may still be reading it.
    /// </summary>
    public void Recycle() => pixels?.Recycle();
}
