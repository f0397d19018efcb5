namespace AnomalyLine.Vision.Masking;

/// <summary>CIELAB under D65 from sRGB (IEC 61966-2-1): distances in it are roughly those that people see.</summary>
internal static class LabColour
{
    private const float Epsilon = 216f / 24389;
    private const float Kappa = 24389f / 27;

    /// <summary>Converts a frame; a grey one has a = b = 0.</summary>
    /// <param name="frame">1 or 3 planes of sRGB values in [0, 1].</param>
    /// <param name="pixels">Values a plane.</param>
    /// <returns>L in 0..100, then a and b of each pixel, three values beside each other.</returns>
    public static float[] Of(ReadOnlySpan<float> frame, int pixels)
    {
        var lab = new float[3 * pixels];
        var isGrey = frame.Length == pixels;
        for (var i = 0; i < pixels; i++)
        {
            var red = Linear(frame[i]);
            var (green, blue) = isGrey ? (red, red) : (Linear(frame[pixels + i]), Linear(frame[(2 * pixels) + i]));
            var y = Root((0.2126729f * red) + (0.7151522f * green) + (0.0721750f * blue));
            lab[3 * i] = (116 * y) - 16;
            if (isGrey) continue;
            lab[(3 * i) + 1] = 500 * (Root(((0.4124564f * red) + (0.3575761f * green) + (0.1804375f * blue)) / 0.95047f) - y);
            lab[(3 * i) + 2] = 200 * (y - Root(((0.0193339f * red) + (0.1191920f * green) + (0.9503041f * blue)) / 1.08883f));
        }

        return lab;
    }

    private static float Linear(float value) => value <= 0.04045f ? value / 12.92f : MathF.Pow((value + 0.055f) / 1.055f, 2.4f);

    private static float Root(float value) => value > Epsilon ? MathF.Cbrt(value) : ((Kappa * value) + 16) / 116;
}
