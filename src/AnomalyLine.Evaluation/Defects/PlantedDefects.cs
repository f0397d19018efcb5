using System.Runtime.InteropServices;
using System.Text.Json;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>
/// Draws defects into frames of normal parts: labelled frames to compare models by, where nobody has collected enough real ones. They are planted into the frame itself,
/// so that models of any input size are asked the same. Stateless; any thread.
/// </summary>
public static class PlantedDefects
{
    /// <summary>Longest side of a planted frame, pixels; larger frames are made smaller where all of them is judged.</summary>
    private const int MaxSide = 512;

    private static readonly SyntheticDefectKind[] All = Enum.GetValues<SyntheticDefectKind>();

    /// <summary>Number of kinds.</summary>
    public static int Kinds => All.Length;

    /// <summary>
    /// The frame once with each kind of defect; the same number gives the same defects. Where an area is judged, the frames keep their size and what is outside of it, so that they are judged as all others are, and a
    /// defect that would lie outside is left out.
    /// </summary>
    /// <param name="frame">A frame of a normal part.</param>
    /// <param name="area">The part of it that is judged; null for all, and for frames of at most 512 pixels.</param>
    /// <param name="number">Decides place, shape and strength.</param>
    /// <param name="significantBits">Bits in use of the frame's 16-bit values where it does not say: what white is, and with it how strong a defect. 0 for all.</param>
    /// <param name="alignment">How the frame is aligned first, as the area is that of the reference part; null for as it comes. Aligned frames keep their size.</param>
    /// <exception cref="PartNotFoundException">The frame is to be aligned, and shows no part where parts lie.</exception>
    /// <exception cref="DatasetException">The frame cannot be read, or is smaller than the area.</exception>
    public static IReadOnlyList<PlantedFrame> Plant(Frame frame, InspectionArea? area, int number, int significantBits, PartAlignment? alignment = null)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var size = SizeOf(frame);
        var whole = area is null && alignment is null ? Smaller(size) : size;
        using var normal = Prepare(frame, whole with { SignificantBits = significantBits, Alignment = alignment });
        var place = area?.Region ?? normal.Input.Whole;
        var input = new InputSpec(place.Width, place.Height, 3, SignificantBits: significantBits, Alignment: alignment);
        using var judged = Prepare(frame, area is null ? normal.Input : input with { Area = area });
        var result = new List<PlantedFrame>(All.Length);
        var values = new float[input.Length];
        var mask = new bool[input.Width * input.Height];
        var planes = new float[normal.Input.Length];
        foreach (var wanted in All)
        {
            var made = SyntheticDefects.Plant(judged.Values, input, (number * All.Length) + (int)wanted, wanted, values, mask);
            normal.Values.CopyTo(planes);
            if (Put(values, mask, judged, place, planes, normal.Input)) result.Add(new PlantedFrame(JsonNamingPolicy.KebabCaseLower.ConvertName(made.ToString()), Interleave(planes, normal, frame)));
        }

        return result;
    }

    /// <summary>Puts what was planted into the frame, but for what is left out; false where nothing is left of it.</summary>
    private static bool Put(float[] values, bool[] mask, PreparedFrame judged, RegionOfInterest place, float[] planes, InputSpec whole)
    {
        var any = false;
        var leftOut = judged.LeftOut;
        for (var i = 0; i < mask.Length; i++)
        {
            if (!leftOut.IsEmpty && leftOut[i]) continue;
            any |= mask[i];
            var at = ((place.Y + (i / place.Width)) * whole.Width) + place.X + (i % place.Width);
            for (var c = 0; c < 3; c++) planes[(c * whole.Width * whole.Height) + at] = values[(c * mask.Length) + i];
        }

        return any;
    }

    private static InputSpec SizeOf(Frame frame)
    {
        using var look = Prepare(frame, new InputSpec(1, 1, 3));
        return new InputSpec(look.FrameWidth, look.FrameHeight, 3);
    }

    private static InputSpec Smaller(InputSpec size)
    {
        var scale = Math.Min(1.0, (double)MaxSide / Math.Max(size.Width, size.Height));
        return size with { Width = Math.Max(1, (int)Math.Round(size.Width * scale)), Height = Math.Max(1, (int)Math.Round(size.Height * scale)) };
    }

    private static PreparedFrame Prepare(Frame frame, InputSpec input) =>
        FramePreparer.TryPrepare(frame, input, null, out var prepared, out var error, out var isPartMissing) ? prepared
            : throw (isPartMissing ? new PartNotFoundException(error) : new DatasetException(error));

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
