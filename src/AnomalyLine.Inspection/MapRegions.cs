using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Inspection;

internal static class MapRegions
{
    public static IReadOnlyList<DefectRegion> FindRegions(this AnomalyMap map, float pixelThreshold)
        { ArgumentOutOfRangeException.ThrowIfEqual(pixelThreshold, float.NaN); return map is null ? throw new ArgumentNullException(nameof(map)) : []; }
}
