using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging.Png;

namespace AnomalyLine.Imaging;

/// <summary>
/// One image of one station at one instant. The bytes are wrapped, never copied: whoever makes a frame leaves them unchanged as long as it lives. Where they are a <see cref="PooledArray{T}"/>, its rules
/// are the frame's too.
/// </summary>
public sealed class Frame
{
    /// <summary>Largest number of bytes of a frame: 256 MiB. A server's own limit is lower.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>Largest width and height, pixels.</summary>
    public const int MaxSide = 32768;

    /// <summary>Largest number of pixels that a JPEG or PNG file may declare: 64 Mi.</summary>
    public const int MaxPixels = 64 * 1024 * 1024;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly PooledArray<byte>? _pooled;

    private Frame(
        PixelFormat format, int width, int height, int stride, ReadOnlyMemory<byte> data, PooledArray<byte>? pooled, DateTimeOffset captureTime, int significantBits, ulong number)
    {
        Format = format;
        Width = width;
        Height = height;
        Stride = stride;
        _data = data;
        _pooled = pooled;
        CaptureTime = captureTime;
        SignificantBits = significantBits;
        Number = number;
    }

    /// <summary>How <see cref="Data"/> is to be read.</summary>
    public PixelFormat Format { get; }

    /// <summary>Width in pixels; 0 for a JPEG or PNG file that was not measured yet.</summary>
    public int Width { get; }

    /// <summary>Height in pixels; 0 for a JPEG or PNG file that was not measured yet.</summary>
    public int Height { get; }

    /// <summary>Bytes from one row to the next; 0 for JPEG and PNG.</summary>
    public int Stride { get; }

    /// <summary>The pixels row by row, or the file.</summary>
    /// <exception cref="ObjectDisposedException">The frame was recycled.</exception>
    public ReadOnlyMemory<byte> Data => _pooled is null ? _data : _pooled.Memory;

    /// <summary>When the camera exposed the frame.</summary>
    public DateTimeOffset CaptureTime { get; }

    /// <summary>The camera's own number of the frame: each frame that it exposes has the number of the one before and 1, also where some are lost on the way. 0 where it numbers none.</summary>
    public ulong Number { get; }

    /// <summary>
    /// Bits that the camera uses of each 16-bit value, counted from the lowest: 12 where values are 0..4095. 0 where nobody says, and without meaning for 8-bit values.
    /// </summary>
    public int SignificantBits { get; }

    /// <summary>Whether <see cref="Data"/> is a file (JPEG, PNG) rather than pixels.</summary>
    public bool IsEncoded => Format is PixelFormat.Jpeg or PixelFormat.Png;

    /// <summary>Whether its values have 16 bits rather than 8; a file says it.</summary>
    public bool HasDeepValues => Format is PixelFormat.Png ? PngFile.Is16Bit(Data.Span) : Imaging.SignificantBits.Concerns(Format);

    /// <summary>Wraps bytes as a frame after checking that they can be one.</summary>
    /// <param name="format">How the bytes are to be read.</param>
    /// <param name="width">1..32768 pixels; for files 0 means "as in the file", another value must agree with it.</param>
    /// <param name="height">As <paramref name="width"/>.</param>
    /// <param name="stride">Bytes from row to row; 0 means rows without padding. Raw formats only.</param>
    /// <param name="data">The pixels or the file, 1 byte..256 MiB; raw pixels may be followed by padding of the last row, nothing more.</param>
    /// <param name="captureTime">When the camera exposed it.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="error">What is wrong and what to send instead.</param>
    /// <param name="significantBits">Bits in use of each 16-bit value, 9..16; 0 for what a PNG file says of itself, which may be nothing.</param>
    /// <param name="mostBytes">Most bytes of the pixels, 1..256 Mi: those sent, and those that a file declares and would take once it is decoded.</param>
    /// <param name="number">The camera's own number of the frame; 0 for none.</param>
    public static bool TryCreate(
        PixelFormat format, int width, int height, int stride, ReadOnlyMemory<byte> data, DateTimeOffset captureTime,
        [NotNullWhen(true)] out Frame? frame, [NotNullWhen(false)] out string? error, int significantBits = 0, int mostBytes = MaxBytes, ulong number = 0)
    {
        error = Check(format, width, height, ref stride, data.Span, ref significantBits, mostBytes);
        frame = error is null ? new Frame(format, width, height, stride, data, pooled: null, captureTime, significantBits, number) : null;
        return frame is not null;
    }

    /// <summary>The same with bytes whose memory is used again once the frame is recycled.</summary>
    /// <inheritdoc cref="TryCreate(PixelFormat, int, int, int, ReadOnlyMemory{byte}, DateTimeOffset, out Frame?, out string?, int, int, ulong)"/>
    public static bool TryCreate(
        PixelFormat format, int width, int height, int stride, PooledArray<byte> data, DateTimeOffset captureTime,
        [NotNullWhen(true)] out Frame? frame, [NotNullWhen(false)] out string? error, int significantBits = 0, int mostBytes = MaxBytes, ulong number = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        error = Check(format, width, height, ref stride, data.Memory.Span, ref significantBits, mostBytes);
        frame = error is null ? new Frame(format, width, height, stride, default, data, captureTime, significantBits, number) : null;
        return frame is not null;
    }

    /// <summary>The frame as one that states its significant bits: itself where it does, else the same bytes with what is known from elsewhere, as of its station's model.</summary>
    /// <param name="significantBits">Bits in use, or 0 where nothing is known.</param>
    public Frame AssumeBits(int significantBits) =>
        SignificantBits != 0 || significantBits == 0 ? this : new Frame(Format, Width, Height, Stride, _data, _pooled, CaptureTime, significantBits, Number);

    /// <summary>Leaves the bytes to the garbage collector, so that the frame can be kept; false where it was recycled before.</summary>
    public bool Detach() => _pooled?.Detach() ?? true;

    /// <summary>Gives the bytes' memory to its next user, unless it is detached; nobody may look at the frame afterwards.</summary>
    /// <returns>Whether there was memory to give.</returns>
    public bool Recycle() => _pooled?.Recycle() ?? false;

    /// <summary>Bytes of a row of a raw format without padding.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no raw format.</exception>
    public static int RowBytes(PixelFormat format, int width) => PixelLayout.Of(format).RowBytes(width);

    private static string? Check(PixelFormat format, int width, int height, ref int stride, ReadOnlySpan<byte> data, ref int significantBits, int mostBytes)
    {
        var bytes = data.Length;
        if (format is PixelFormat.Unspecified || !Enum.IsDefined(format)) return $"Pixel format {(int)format} is unknown; send one of 1 (MONO8) to {(int)PixelFormat.Bgr12P} (BGR12P).";
        if (Imaging.SignificantBits.Check(format, significantBits) is { } wrong) return wrong;
        if (significantBits == 0 && format is PixelFormat.Png) significantBits = PngFile.StatedBits(data);
        if (bytes == 0) return "The frame has no data; send the pixels or the file.";
        if (bytes > mostBytes) return $"The frame has {bytes} bytes; the limit is {mostBytes}.";
        if (format is PixelFormat.Jpeg or PixelFormat.Png)
        {
            stride = 0;
            return width is >= 0 and <= MaxSide && height is >= 0 and <= MaxSide
                ? ImageHeader.Check(data, mostBytes)
                : $"The frame's size {width} x {height} is outside 0..{MaxSide}; send 0 x 0 to take it from the file.";
        }

        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide) return $"The frame's size {width} x {height} is outside 1..{MaxSide}; send its size in pixels.";
        var layout = PixelLayout.Of(format);
        if (layout.SignificantBits != 0) significantBits = layout.SignificantBits;
        if (layout.Mosaic is not null && (width < 3 || height < 3))
            return $"A mosaic of {width} x {height} pixels has no neighbours to take colours from; it needs at least 3 x 3.";
        var row = layout.RowBytes(width);
        if (stride == 0) stride = row;
        if (stride % layout.Alignment != 0) return $"The stride of {stride} bytes is no multiple of {layout.Alignment}, which are the bytes of a {format} value; send one that is.";
        if (stride < row) return $"The stride of {stride} bytes is shorter than a row of {width} {format} pixels ({row} bytes).";
        var rows = height * layout.Planes;
        var least = ((long)stride * (rows - 1)) + row;
        return bytes >= least && bytes <= (long)stride * rows
            ? null
            : $"A {width} x {height} {format} frame with a stride of {stride} bytes has {(long)stride * rows} bytes, but {bytes} were sent; check size, format and stride.";
    }
}
