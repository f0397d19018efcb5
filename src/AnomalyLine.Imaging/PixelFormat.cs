namespace AnomalyLine.Imaging;

/// <summary>How the bytes of a <see cref="Frame"/> are to be read. The numbers are those of the wire contract.</summary>
public enum PixelFormat
{
    /// <summary>Not a format; never valid in a frame.</summary>
    Unspecified = 0,

    /// <summary>One byte a pixel, 0..255.</summary>
    Mono8 = 1,

    /// <summary>Two bytes a pixel, little endian, 0..65535.</summary>
    Mono16 = 2,

    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb8 = 3,

    /// <summary>Three bytes a pixel: blue, green, red.</summary>
    Bgr8 = 4,

    /// <summary>Bayer mosaic whose first row starts red, green (GenICam PFNC).</summary>
    BayerRG8 = 5,

    /// <summary>Bayer mosaic whose first row starts green, red.</summary>
    BayerGR8 = 6,

    /// <summary>Bayer mosaic whose first row starts green, blue.</summary>
    BayerGB8 = 7,

    /// <summary>Bayer mosaic whose first row starts blue, green.</summary>
    BayerBG8 = 8,

    /// <summary>A JPEG file.</summary>
    Jpeg = 9,

    /// <summary>A PNG file.</summary>
    Png = 10,

    /// <summary>Six bytes a pixel: red, green, blue, each little endian, 0..65535.</summary>
    Rgb16 = 11,

    /// <summary>Six bytes a pixel: blue, green, red, each little endian, 0..65535.</summary>
    Bgr16 = 12,
}
