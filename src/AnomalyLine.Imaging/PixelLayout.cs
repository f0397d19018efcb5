namespace AnomalyLine.Imaging;

/// <summary>How a raw pixel format lies in memory.</summary>
/// <param name="BitsPerPixel">In a row (planar: of one plane).</param>
/// <param name="Packing">Whether values share bytes or must be converted first.</param>
internal sealed record PixelLayout(int BitsPerPixel, PixelPacking Packing = PixelPacking.None)
{
    /// <summary>Bits in use of its values where the format says it itself; 0 where the frame may state it, or values have 8.</summary>
    public int SignificantBits { get; private init; }

    /// <summary>Bytes of the values that rows are made of: strides are multiples of it.</summary>
    public int Alignment { get; private init; } = 1;

    /// <summary>Which of the four orders of a mosaic it has: 0 red green, 1 green red, 2 green blue, 3 blue green; null for none.</summary>
    public int? Mosaic { get; private init; }

    /// <summary>Whether its values have 16 bits once they are decoded.</summary>
    public bool IsDeep { get; private init; }

    /// <summary>Values of a pixel in a packed row.</summary>
    public int Channels { get; private init; } = 1;

    /// <summary>Pictures of one colour each, one below the other.</summary>
    public int Planes { get; private init; } = 1;

    /// <summary>The layout of a raw format.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no raw format.</exception>
    public static PixelLayout Of(PixelFormat format) => format switch
    {
        PixelFormat.Mono8 => new(8),
        PixelFormat.Mono16 => new(16) { Alignment = 2, IsDeep = true },
        PixelFormat.Rgb8 or PixelFormat.Bgr8 => new(24),
        PixelFormat.Rgb16 or PixelFormat.Bgr16 => new(48) { Alignment = 2, IsDeep = true },
        >= PixelFormat.BayerRG8 and <= PixelFormat.BayerBG8 => new(8) { Mosaic = format - PixelFormat.BayerRG8 },
        >= PixelFormat.BayerRG16 and <= PixelFormat.BayerBG16 => new(16) { Mosaic = format - PixelFormat.BayerRG16, Alignment = 2, IsDeep = true },
        >= PixelFormat.BayerRG10P and <= PixelFormat.BayerBG10P => new(10, PixelPacking.Run) { Mosaic = format - PixelFormat.BayerRG10P, SignificantBits = 10, IsDeep = true },
        >= PixelFormat.BayerRG12P and <= PixelFormat.BayerBG12P => new(12, PixelPacking.Run) { Mosaic = format - PixelFormat.BayerRG12P, SignificantBits = 12, IsDeep = true },
        PixelFormat.Mono10P => new(10, PixelPacking.Run) { SignificantBits = 10, IsDeep = true },
        PixelFormat.Mono12P => new(12, PixelPacking.Run) { SignificantBits = 12, IsDeep = true },
        PixelFormat.Mono10Packed => new(12, PixelPacking.Pairs) { SignificantBits = 10, IsDeep = true },
        PixelFormat.Mono12Packed => new(12, PixelPacking.Pairs) { SignificantBits = 12, IsDeep = true },
        >= PixelFormat.BayerRG10Packed and <= PixelFormat.BayerBG10Packed => new(12, PixelPacking.Pairs) { Mosaic = format - PixelFormat.BayerRG10Packed, SignificantBits = 10, IsDeep = true },
        >= PixelFormat.BayerRG12Packed and <= PixelFormat.BayerBG12Packed => new(12, PixelPacking.Pairs) { Mosaic = format - PixelFormat.BayerRG12Packed, SignificantBits = 12, IsDeep = true },
        PixelFormat.Rgb10P or PixelFormat.Bgr10P => new(30, PixelPacking.Run) { Channels = 3, SignificantBits = 10, IsDeep = true },
        PixelFormat.Rgb12P or PixelFormat.Bgr12P => new(36, PixelPacking.Run) { Channels = 3, SignificantBits = 12, IsDeep = true },
        PixelFormat.Yuv422Yuyv8 or PixelFormat.Yuv422Uyvy8 => new(16, PixelPacking.SharedColour),
        PixelFormat.Rgb8Planar => new(8) { Planes = 3 },
        PixelFormat.Mono32F => new(32, PixelPacking.Float) { Alignment = 4, SignificantBits = Imaging.SignificantBits.All, IsDeep = true },
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "is no raw format"),
    };

    /// <summary>Bytes of a row without padding. Packed rows begin at a byte; a last pair of pixels is there in full.</summary>
    public int RowBytes(int width) => Packing switch
    {
        PixelPacking.SharedColour => (width + 1) / 2 * 4,
        PixelPacking.Pairs => ((width / 2) * 3) + (width % 2 * 2),
        _ => (int)((((long)width * BitsPerPixel) + 7) / 8),
    };
}
