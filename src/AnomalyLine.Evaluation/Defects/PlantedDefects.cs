using System.Runtime.InteropServices;
using System.Text.Json;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation.Defects;

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
    /// <param name="significantBits">Bits in use of the frame's 16-bit values where it does not say: what white is, and with it how strong a defect. 0 for all.</param>
    /// <exception cref="DatasetException">The frame cannot be read.</exception>
    public static IReadOnlyList<PlantedFrame> Plant(Frame frame, RegionOfInterest? region, int number, int significantBits)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var input = SizeOf(frame, region) with { SignificantBits = significantBits };
        using var normal = Prepare(frame, input, region);
        var result = new List<PlantedFrame>(All.Length);
        var values = new float[input.Length];
        var mask = new bool[input.Width * input.Height];
        foreach (var wanted in All)
        {
            var made = SyntheticDefects.Plant(normal.Values, input, (number * All.Length) + (int)wanted, wanted, values, mask);
            result.Add(new PlantedFrame(JsonNamingPolicy.KebabCaseLower.ConvertName(made.ToString()), Interleave(values, normal, frame)));
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

    /// <summary>As many bits as the frame has, used in the same way and as little stated: each model is to read it as it reads the frame.</summary>
    private static Frame Interleave(float[] planes, PreparedFrame normal, Frame like)
    {
        var (width, height) = (normal.Input.Width, normal.Input.Height);
        var plane = width * height;
        var isDeep = normal.SignificantBits != 0;
        var pixels = new byte[plane * (isDeep ? 6 : 3)];
        var white = isDeep ? SignificantBits.White(normal.SignificantBits) : byte.MaxValue;
        var words = MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan());
        for (var i = 0; i < plane * 3; i++)
        {
            var value = (planes[(i % 3 * plane) + (i / 3)] * white) + 0.5f;
            if (isDeep) words[i] = (ushort)value;
            else pixels[i] = (byte)value;
        }

        var format = isDeep ? PixelFormat.Rgb16 : PixelFormat.Rgb8;
        return Frame.TryCreate(format, width, height, 0, pixels, like.CaptureTime, out var frame, out var error, isDeep ? like.SignificantBits : 0)
            ? frame
            : throw new DatasetException(error);
    }
}
