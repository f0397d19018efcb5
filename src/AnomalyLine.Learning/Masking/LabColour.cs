using AnomalyLine.Inference.Maps;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Masking;

/// <summary>A frame's pixels in CIELAB (<see cref="CieLab"/>), as superpixels are cut by: distances in it are roughly those that people see.</summary>
internal static class LabColour
{
    /// <summary>Converts a frame; a grey one has a = b = 0.</summary>
    /// <param name="frame">1 or 3 planes of sRGB values in [0, 1].</param>
    /// <param name="pixels">Values a plane.</param>
    /// <returns>L in 0..100, then a and b of each pixel, three values beside each other.</returns>
    public static float[] Of(ReadOnlySpan<float> frame, int pixels)
    {
        using var scope = NewDisposeScope();
        var planes = tensor(frame.ToArray(), [1, frame.Length / pixels, 1, pixels]);
        var lab = CpuMapKernels.Values(CieLab.FromRgb(planes.expand(1, 3, 1, pixels)).view(3, pixels).t().contiguous()).ToArray();
        if (frame.Length > pixels) return lab;

        // The same for each channel but for rounding, which must not move a border.
        for (var i = 0; i < pixels; i++) (lab[(3 * i) + 1], lab[(3 * i) + 2]) = (0, 0);
        return lab;
    }
}
