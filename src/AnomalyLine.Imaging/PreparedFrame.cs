using System.Buffers;

namespace AnomalyLine.Imaging;

/// <summary>
/// A frame, or a clip of them, in the form a model takes: planes x height x width, each value in [0, 1]. Its buffer is borrowed from a pool until it is disposed;
/// it belongs to one owner at a time.
/// </summary>
public sealed class PreparedFrame : IDisposable
{
    private float[]? _buffer;

    internal PreparedFrame(InputSpec input, RegionOfInterest region, int frameWidth, int frameHeight)
    {
        Input = input;
        Region = region;
        FrameWidth = frameWidth;
        FrameHeight = frameHeight;
        Cover = input.CoverOf(region.Width, region.Height);
        _buffer = ArrayPool<float>.Shared.Rent(input.Length);
    }

    /// <summary>Size and channels of <see cref="Values"/>.</summary>
    public InputSpec Input { get; }

    /// <summary>The part of the frame that was taken; the whole frame where no region was asked for.</summary>
    public RegionOfInterest Region { get; }

    /// <summary>The part of <see cref="Input"/> that shows <see cref="Region"/>, in its pixels; the rest, if any, is filling that is not judged.</summary>
    public RegionOfInterest Cover { get; }

    /// <summary>Width of the frame, pixels.</summary>
    public int FrameWidth { get; }

    /// <summary>Height of the frame, pixels.</summary>
    public int FrameHeight { get; }

    /// <summary>Bits that 1 stood for in a frame of 16-bit values; 0 for one of 8-bit values, and for clips.</summary>
    public int SignificantBits { get; init; }

    /// <summary>What of <see cref="Input"/> is not judged; null where all of it is.</summary>
    internal AreaMask? Mask { get; init; }

    /// <summary>How the frame was turned and shifted; null where it was taken as it came.</summary>
    internal AlignedView? View { get; init; }

    /// <summary>Whether the frame was turned and shifted, so that its part lies as the reference does: <see cref="Region"/> is that of the reference then.</summary>
    public bool IsAligned => View is not null;

    /// <summary>Which places of <see cref="Input"/> are not judged, row by row; empty where all of them are.</summary>
    public ReadOnlySpan<bool> LeftOut => Mask is null ? [] : Mask.LeftOut;

    /// <summary>What of the frame is left out, in its pixels.</summary>
    public IReadOnlyList<AreaShape> LeftOutShapes => Mask is null ? [] : Mask.Shapes;

    /// <summary>The part of the frame that is judged.</summary>
    public InspectionArea Area => new(Region, LeftOutShapes);

    /// <summary>The anomaly map of the frame as it came, of values that were computed of what is here.</summary>
    /// <param name="width">Columns of the values, which cover <see cref="Region"/>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="values">Row by row; they become the map's, or are recycled.</param>
    internal AnomalyMap MapOf(int width, int height, PooledArray<float> values) => View is null
        ? new AnomalyMap(width, height, values, Region) { LeftOut = LeftOutShapes }
        : View.OnFrame(width, height, values, Area);

    /// <summary>What decoding the file or the mosaic took, milliseconds, at least 0; 0 for pixels that came as they are. Of a clip it is that of the frame that is judged.</summary>
    public double DecodeMs { get; set; }

    /// <summary>The values, frame by frame, channel by channel and row by row, each in [0, 1].</summary>
    /// <exception cref="ObjectDisposedException">The buffer went back to the pool.</exception>
    public ReadOnlySpan<float> Values => Writable;

    /// <summary>A clip of frames that were prepared one by one.</summary>
    /// <param name="input">What the model takes.</param>
    /// <param name="frames">As many as <see cref="InputSpec.Frames"/> says, each prepared to <see cref="InputSpec.ForOneFrame"/>, oldest first: the last is judged. They stay the caller's.</param>
    /// <returns>The clip; the caller disposes it.</returns>
    public static PreparedFrame Join(InputSpec input, IReadOnlyList<PreparedFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count != input.Frames) throw new ArgumentException($"There are {frames.Count} frames for clips of {input.Frames}.", nameof(frames));
        var judged = frames[^1];
        var clip = new PreparedFrame(input, judged.Region, judged.FrameWidth, judged.FrameHeight) { Mask = judged.Mask, View = judged.View, DecodeMs = judged.DecodeMs };
        foreach (var (number, frame) in frames.Index()) frame.Values.CopyTo(clip.Writable[(number * frame.Values.Length)..]);
        return clip;
    }

    internal Span<float> Writable => (_buffer ?? throw new ObjectDisposedException(nameof(PreparedFrame))).AsSpan(0, Input.Length);

    /// <summary>Gives the buffer back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<float>.Shared.Return(buffer);
    }
}
