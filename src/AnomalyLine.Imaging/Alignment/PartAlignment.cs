using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Alignment;

/// <summary>
/// How frames are turned and shifted before they are judged, so that every part lies as the reference does, and how far off a part may lie. Learnt from normal frames. Immutable; two of the same values are equal.
/// </summary>
/// <param name="FrameWidth">Width of the frames, pixels; others are refused.</param>
/// <param name="FrameHeight">Their height.</param>
/// <param name="Reference">The part that all are laid upon: a grey PNG file of at most 192 x 192 pixels.</param>
/// <param name="MostShift">Largest shift of a part's centre, pixels of the frame.</param>
/// <param name="MostAngle">Largest turn to either side, degrees, 0..180.</param>
/// <param name="MostScale">Largest relative change of its size.</param>
/// <param name="LeastCorrelation">A part is found where frame and reference are at least as alike, 0..1.</param>
/// <param name="MostOutside">Largest share of its structure that may lie outside of the frame, 0..1.</param>
public sealed record PartAlignment(
    int FrameWidth, int FrameHeight, ReadOnlyMemory<byte> Reference, double MostShift, double MostAngle, double MostScale, double LeastCorrelation, double MostOutside)
{
    private const int MostBytes = 128 * 1024;

    private readonly Lock _gate = new();
    private PartFinder? _finder;

    /// <summary>Copies the values alone, for <c>with</c>: the finder was made of another's.</summary>
    private PartAlignment(PartAlignment other) => (_gate, FrameWidth, FrameHeight, Reference, MostShift, MostAngle, MostScale, LeastCorrelation, MostOutside)
        = (new Lock(), other.FrameWidth, other.FrameHeight, other.Reference, other.MostShift, other.MostAngle, other.MostScale, other.LeastCorrelation, other.MostOutside);

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Check()
    {
        if (FrameWidth is < 16 or > 32768 || FrameHeight is < 16 or > 32768) return $"its frames have {FrameWidth} x {FrameHeight} pixels; both must be 16..32768";
        if (!(MostShift >= 0 && MostShift <= 65536)) return $"the largest shift is {MostShift} pixels";
        if (!(MostAngle is >= 0 and <= 180)) return $"the largest turn is {MostAngle} degrees; it must be 0..180";
        if (!(MostScale is >= 0 and <= 0.5)) return $"the largest change of size is {MostScale}; it must be 0..0.5";
        if (!(LeastCorrelation is >= 0 and <= 1)) return $"the least correlation is {LeastCorrelation}; it must be 0..1";
        if (!(MostOutside is >= 0 and <= 1)) return $"the share that may be outside is {MostOutside}; it must be 0..1";
        if (Reference.Length is 0 or > MostBytes) return $"the reference has {Reference.Length} bytes; it must have 1..{MostBytes}";
        return TryRead(out _) ? null : "the reference is no grey picture of the size that the frames need";
    }

    /// <summary>Lays a reference down as a file.</summary>
    /// <param name="grey">Grey values 0..1 of <see cref="PartFinder.SizeOf"/>.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    internal static byte[] Encode(float[] grey, int width, int height)
    {
        using var mat = Mat.FromPixelData(height, width, MatType.CV_8UC1, Array.ConvertAll(grey, value => (byte)Math.Clamp(Math.Round(255 * value), 0, 255)));
        Cv2.ImEncode(".png", mat, out var file, new ImageEncodingParam(ImwriteFlags.PngCompression, 9));
        return file;
    }

    /// <summary>What is wrong with the size of a frame; null where nothing is.</summary>
    internal string? CheckSize(int width, int height) => (width, height) == (FrameWidth, FrameHeight) ? null
        : $"The frame has {width} x {height} pixels, but the model aligns frames of {FrameWidth} x {FrameHeight}; set the camera as it was, or train again.";

    /// <summary>Finds a part, or says why it is not there where it may be.</summary>
    /// <param name="grey">Grey values of the frame, of <see cref="PartFinder.SizeOf"/>.</param>
    /// <param name="found">Where it is, or what is most like it.</param>
    /// <returns>What is wrong with where it is; null where nothing is.</returns>
    internal string? Find(float[] grey, out FoundPart found)
    {
        found = Finder().Find(grey, MostShift, MostAngle);
        var pose = found.Pose;
        if (found.Correlation < LeastCorrelation) return Say($"nothing in the frame is enough like the reference part: {found.Correlation:0.00}, and {LeastCorrelation:0.00} is needed");
        if (pose.Shift > MostShift) return Say($"it lies {pose.Shift:0.#} pixels beside the reference part, and {MostShift:0.#} are the most");
        if (Math.Abs(pose.Angle) > MostAngle) return Say($"it is turned by {pose.Angle:0.#} degrees against the reference part, and {MostAngle:0.#} are the most");
        if (Math.Abs(pose.Scale - 1) > MostScale) return Say($"it is {100 * (pose.Scale - 1):+0.#;-0.#} % larger than the reference part, and {100 * MostScale:0.#} are the most");
        return found.Outside > MostOutside ? Say($"{100 * found.Outside:0} % of it are outside of the frame, and {100 * MostOutside:0} are the most") : null;
    }

    /// <inheritdoc/>
    public bool Equals(PartAlignment? other) => other is not null && (FrameWidth, FrameHeight, MostShift, MostAngle, MostScale, LeastCorrelation, MostOutside)
        == (other.FrameWidth, other.FrameHeight, other.MostShift, other.MostAngle, other.MostScale, other.LeastCorrelation, other.MostOutside) && Reference.Span.SequenceEqual(other.Reference.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(FrameWidth, FrameHeight, MostShift, MostAngle, LeastCorrelation, Reference.Length);

    private static string Say(FormattableString text) => $"The part was not found: {text.ToString(System.Globalization.CultureInfo.InvariantCulture)}.";

    private PartFinder Finder()
    {
        if (Volatile.Read(ref _finder) is { } made) return made;
        lock (_gate)
        {
            if (_finder is { } other) return other;
            if (!TryRead(out var grey)) throw new InvalidOperationException("The reference of an alignment is no picture; Check says so.");
            Volatile.Write(ref _finder, new PartFinder(grey, FrameWidth, FrameHeight));
            return _finder;
        }
    }

    private bool TryRead(out float[] grey)
    {
        grey = [];
        var (width, height) = PartFinder.SizeOf(FrameWidth, FrameHeight);
        var file = Reference.Span;

        // Nothing larger than it has to be is ever decoded, and nothing damaged, which takes milliseconds.
        if (PngFile.Check(file, out var declaredWidth, out var declaredHeight) is not null || (declaredWidth, declaredHeight) != (width, height) || PngChecksums.Check(file) is not null) return false;
        try
        {
            using var mat = Cv2.ImDecode(file, ImreadModes.Grayscale);
            if (mat.Empty() || mat.Width != width || mat.Height != height) return false;
            mat.GetArray(out byte[] bytes);
            grey = Array.ConvertAll(bytes, value => value / 255f);
            return true;
        }
        catch (OpenCVException)
        {
            // OpenCV reports some broken files by an exception instead of an empty result.
            return false;
        }
    }
}
