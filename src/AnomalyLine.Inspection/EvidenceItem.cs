using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>What pictures of an inspection are made from.</summary>
/// <param name="Record">The inspection.</param>
/// <param name="Frame">The frame as it came.</param>
/// <param name="Map">The anomaly map; null where the model gave none.</param>
/// <param name="PixelThreshold">The recipe's pixel threshold; 0 where the station has no recipe.</param>
public sealed record EvidenceItem(InspectionRecord Record, Frame Frame, AnomalyMap? Map, float PixelThreshold)
{
    /// <summary>The recipe's area; null for what the model has learnt with.</summary>
    public InspectionArea? Area { get; init; }

    /// <summary>Bytes of the frame and the map.</summary>
    internal long Bytes => Frame.Data.Length + (Map is { } map ? (long)map.Width * map.Height * sizeof(float) : 0);

    /// <summary>Leaves the memory to the garbage collector, so that the item can be kept.</summary>
    internal void Detach()
    {
        Frame.Detach();
        Map?.Detach();
    }

    /// <summary>Gives the memory of what nobody detached to its next users.</summary>
    /// <returns>Bytes that are left to the garbage collector.</returns>
    internal long Recycle()
    {
        var (frame, all) = (Frame.Data.Length, Bytes);
        return (Frame.Recycle() ? 0 : frame) + (Map is { } map && !map.Recycle() ? all - frame : 0);
    }
}
