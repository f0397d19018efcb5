using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.AnomalyMaps;

/// <summary>Smoothing of anomaly maps.</summary>
internal static class MeanFilter
{
    /// <summary>Mean over a square window, stride 1, reflected at the border so that scores do not fall there.</summary>
    /// <param name="map">N x H x W.</param>
    /// <param name="window">Odd side in pixels, less than twice the map's smaller side; 1 changes nothing.</param>
    /// <returns>N x H x W.</returns>
    public static Tensor Apply(Tensor map, int window)
    {
        if (window <= 1) return map.alias();
        using var scope = NewDisposeScope();
        var half = window / 2;
        var padded = nn.functional.pad(map.unsqueeze(1), [half, half, half, half], PaddingModes.Reflect);

        // Two one-dimensional means cost 2 * window instead of window² additions a pixel.
        var across = nn.functional.avg_pool2d(padded, [1, window], [1, 1]);
        return nn.functional.avg_pool2d(across, [window, 1], [1, 1]).squeeze(1).MoveToOuterDisposeScope();
    }
}
