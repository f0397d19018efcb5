using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Console;

/// <summary>Addresses of what a viewer shows of a part.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="Overlay">The anomaly map over the frame; null where there is no map.</param>
/// <param name="Map">The anomaly map; null if the model made none.</param>
/// <param name="Reconstruction">The frame as the model expects it; null if the model made none.</param>
/// <param name="IsKept">Whether the overlay is there already; else a model has to make it, which takes a moment.</param>
public sealed record ViewedPictures(string Frame, string? Overlay, string? Map, string? Reconstruction, bool IsKept)
{
    private const int Narrowest = 64, Widest = 4096;

    /// <summary>Of an inspection whose frame is kept.</summary>
    /// <param name="record">The inspection.</param>
    /// <param name="hasMap">Whether a model judged it.</param>
    /// <param name="hasModel">Whether the model version that judged it is still stored.</param>
    public static ViewedPictures Of(InspectionRecord record, bool hasMap, bool hasModel)
    {
        var width = Math.Clamp(record.FrameWidth, Narrowest, Widest);
        return new ViewedPictures(
            $"{PageLink.ToPicture(record, "frame")}?width={width}", hasMap ? $"{PageLink.ToPicture(record, "overlay")}?width={width}" : null,
            hasMap ? PageLink.ToPicture(record, "map") : null, hasMap && hasModel ? PageLink.ToPicture(record, "reconstruction") : null, IsKept: true);
    }

    /// <summary>Of a sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="hasModel">Whether there is a model to make a map with.</param>
    public static ViewedPictures Of(Sample sample, bool hasModel) => new(
        PageLink.ToSamplePicture(sample.Id, Math.Clamp(sample.Width, Narrowest, Widest)), hasModel ? $"samples/{sample.Id}/overlay" : null, hasModel ? $"samples/{sample.Id}/map" : null, null, IsKept: false);
}
