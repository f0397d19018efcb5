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

    /// <summary>Four values of 10 bits in five bytes, bits in one run from the lowest on (PFNC Mono10p). Each row begins at a byte.</summary>
    Mono10P = 13,

    /// <summary>Two values of 12 bits in three bytes, bits in one run from the lowest on (PFNC Mono12p). Each row begins at a byte.</summary>
    Mono12P = 14,

    /// <summary>Two values of 10 bits in three bytes, high bits first: bits 9..2 of the first, then the low two of both (bits 0, 1 and 4, 5), then bits 9..2 of the second (GigE Vision Mono10Packed).</summary>
    Mono10Packed = 15,

    /// <summary>Two values of 12 bits in three bytes, high bits first: bits 11..4 of the first, then the low four of both, then bits 11..4 of the second (GigE Vision Mono12Packed).</summary>
    Mono12Packed = 16,

    /// <summary>Bayer mosaic whose first row starts red, green; two bytes a pixel, little endian. Also for 10 and 12 bits, with significant bits stated.</summary>
    BayerRG16 = 17,

    /// <summary>Bayer mosaic whose first row starts green, red; two bytes a pixel, little endian. Also for 10 and 12 bits, with significant bits stated.</summary>
    BayerGR16 = 18,

    /// <summary>Bayer mosaic whose first row starts green, blue; two bytes a pixel, little endian. Also for 10 and 12 bits, with significant bits stated.</summary>
    BayerGB16 = 19,

    /// <summary>Bayer mosaic whose first row starts blue, green; two bytes a pixel, little endian. Also for 10 and 12 bits, with significant bits stated.</summary>
    BayerBG16 = 20,

    /// <summary>Bayer mosaic whose first row starts red, green; 10 bits a pixel as in Mono10p.</summary>
    BayerRG10P = 21,

    /// <summary>Bayer mosaic whose first row starts green, red; 10 bits a pixel as in Mono10p.</summary>
    BayerGR10P = 22,

    /// <summary>Bayer mosaic whose first row starts green, blue; 10 bits a pixel as in Mono10p.</summary>
    BayerGB10P = 23,

    /// <summary>Bayer mosaic whose first row starts blue, green; 10 bits a pixel as in Mono10p.</summary>
    BayerBG10P = 24,

    /// <summary>Bayer mosaic whose first row starts red, green; 12 bits a pixel as in Mono12p.</summary>
    BayerRG12P = 25,

    /// <summary>Bayer mosaic whose first row starts green, red; 12 bits a pixel as in Mono12p.</summary>
    BayerGR12P = 26,

    /// <summary>Bayer mosaic whose first row starts green, blue; 12 bits a pixel as in Mono12p.</summary>
    BayerGB12P = 27,

    /// <summary>Bayer mosaic whose first row starts blue, green; 12 bits a pixel as in Mono12p.</summary>
    BayerBG12P = 28,

    /// <summary>YCbCr 4:2:2 of full range (BT.601, as JPEG has it): Y0 Cb Y1 Cr for two pixels (PFNC YUV422_8, YCbCr422_8).</summary>
    Yuv422Yuyv8 = 29,

    /// <summary>YCbCr 4:2:2 of full range: Cb Y0 Cr Y1 for two pixels (PFNC YUV422_8_UYVY, YCbCr422_8_CbYCrY).</summary>
    Yuv422Uyvy8 = 30,

    /// <summary>Three pictures of one byte a pixel, one below the other: red, green, blue.</summary>
    Rgb8Planar = 31,

    /// <summary>A 32-bit float a pixel, little endian, in [0, 1], 1 being white; another value makes the frame an invalid one. It is judged with 16 bits.</summary>
    Mono32F = 32,

    /// <summary>Bayer mosaic whose first row starts red, green; 10 bits a pixel as in Mono10Packed.</summary>
    BayerRG10Packed = 33,

    /// <summary>Bayer mosaic whose first row starts green, red; 10 bits a pixel as in Mono10Packed.</summary>
    BayerGR10Packed = 34,

    /// <summary>Bayer mosaic whose first row starts green, blue; 10 bits a pixel as in Mono10Packed.</summary>
    BayerGB10Packed = 35,

    /// <summary>Bayer mosaic whose first row starts blue, green; 10 bits a pixel as in Mono10Packed.</summary>
    BayerBG10Packed = 36,

    /// <summary>Bayer mosaic whose first row starts red, green; 12 bits a pixel as in Mono12Packed.</summary>
    BayerRG12Packed = 37,

    /// <summary>Bayer mosaic whose first row starts green, red; 12 bits a pixel as in Mono12Packed.</summary>
    BayerGR12Packed = 38,

    /// <summary>Bayer mosaic whose first row starts green, blue; 12 bits a pixel as in Mono12Packed.</summary>
    BayerGB12Packed = 39,

    /// <summary>Bayer mosaic whose first row starts blue, green; 12 bits a pixel as in Mono12Packed.</summary>
    BayerBG12Packed = 40,

    /// <summary>Red, green, blue of 10 bits each, bits in one run from the lowest on (PFNC RGB10p). Each row begins at a byte.</summary>
    Rgb10P = 41,

    /// <summary>Blue, green, red of 10 bits each, bits in one run from the lowest on (PFNC BGR10p). Each row begins at a byte.</summary>
    Bgr10P = 42,

    /// <summary>Red, green, blue of 12 bits each, bits in one run from the lowest on (PFNC RGB12p). Each row begins at a byte.</summary>
    Rgb12P = 43,

    /// <summary>Blue, green, red of 12 bits each, bits in one run from the lowest on (PFNC BGR12p). Each row begins at a byte.</summary>
    Bgr12P = 44,
}
