namespace AnomalyLine.Imaging;

/// <summary>
/// Colours of an anomaly map on one scale for all frames of a model: nothing below half the pixel threshold, then yellow, orange at the threshold, and dark red from twice
/// the threshold on. Brightness falls all the way, so it reads without colour vision too.
/// </summary>
internal static class HeatScale
{
    private const int Steps = 256;

    /// <summary>Place on the scale, as a part of twice the threshold; red, green, blue; cover, all 0..255 but the place.</summary>
    private static readonly (float Place, float R, float G, float B, float Alpha)[] Stops =
    [
        (0.25f, 255, 240, 120, 0), (0.4f, 255, 214, 60, 45), (0.5f, 252, 160, 20, 115), (0.65f, 240, 96, 24, 145), (0.8f, 214, 44, 40, 160), (1, 150, 8, 48, 170),
    ];

    private static readonly (byte B, byte G, byte R, byte Alpha)[] Colours = [.. Enumerable.Range(0, Steps).Select(i => Mix(i / (Steps - 1f)))];

    /// <summary>Colour and cover of a value.</summary>
    public static (byte B, byte G, byte R, byte Alpha) Of(float value, float pixelThreshold) =>
        Colours[(int)(Math.Clamp(value / (2 * Math.Max(pixelThreshold, 1e-12f)), 0, 1) * (Steps - 1))];

    private static (byte B, byte G, byte R, byte Alpha) Mix(float place)
    {
        if (place <= Stops[0].Place) return ((byte)Stops[0].B, (byte)Stops[0].G, (byte)Stops[0].R, 0);
        var i = 1;
        while (i < Stops.Length - 1 && Stops[i].Place < place) i++;
        var (a, b) = (Stops[i - 1], Stops[i]);
        var t = (place - a.Place) / (b.Place - a.Place);
        return (Between(a.B, b.B), Between(a.G, b.G), Between(a.R, b.R), Between(a.Alpha, b.Alpha));

        byte Between(float from, float to) => (byte)(from + (t * (to - from)) + 0.5f);
    }
}
