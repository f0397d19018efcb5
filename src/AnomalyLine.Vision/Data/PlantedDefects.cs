using System.Text.Json;
using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Data;

/// <summary>
/// Draws defects into frames of normal parts: labelled frames to compare models by, where nobody has collected enough real ones. They are planted into the frame itself,
/// so that models of any input size are asked the same. Stateless; any thread.
/// </summary>
public static class PlantedDefects
{
    /// <summary>Longest side of a planted frame, pixels; larger frames are made smaller.</summary>
    private const int MaxSide = 512;

    private static readonly SyntheticDefectKind[] All = Enum.GetValues<SyntheticDefectKind>();

    /// <summary>Number of kinds.</summary>
    public static int Kinds => All.Length;

    /// <summary>The frame once with each kind of defect; the same number gives the same defects.</summary>
    /// <param name="frame">A frame of a normal part.</param>
    /// <param name="region">The part of it to keep; null for all.</param>
    /// <param name="number">Decides place, shape and strength.</param>
    /// <exception cref="DatasetException">The frame cannot be read.</exception>
    public static IReadOnlyList<PlantedFrame> Plant(Frame frame, RegionOfInterest? region, int number)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var input = SizeOf(frame, region);
        using var normal = Prepare(frame, input, region);
        var result = new List<PlantedFrame>(All.Length);
        var values = new float[input.Length];
        var mask = new bool[input.Width * input.Height];
        foreach (var wanted in All)
        {
            var made = SyntheticDefects.Plant(normal.Values, input, (number * All.Length) + (int)wanted, wanted, values, mask);
            result.Add(new PlantedFrame(JsonNamingPolicy.KebabCaseLower.ConvertName(made.ToString()), Interleave(values, input, frame.CaptureTime)));
        }

        return result;
    }

    private static InputSpec SizeOf(Frame frame, RegionOfInterest? region)
    {
        using var look = Prepare(frame, new InputSpec(1, 1, 1), region);
        var (width, height) = (look.Region.Width, look.Region.Height);
        var scale = Math.Min(1.0, (double)MaxSide / Math.Max(width, height));
        return new InputSpec(Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)), 3);
    }

    private static PreparedFrame Prepare(Frame frame, InputSpec input, RegionOfInterest? region) =>
        FramePreparer.TryPrepare(frame, input, region, out var prepared, out var error) ? prepared : throw new DatasetException(error);

    private static Frame Interleave(float[] planes, InputSpec input, DateTimeOffset time)
    {
        var plane = input.Width * input.Height;
        var pixels = new byte[plane * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((planes[(i % 3 * plane) + (i / 3)] * 255f) + 0.5f);
        return Frame.TryCreate(PixelFormat.Rgb8, input.Width, input.Height, 0, pixels, time, out var frame, out var error) ? frame : throw new DatasetException(error);
    }
}
