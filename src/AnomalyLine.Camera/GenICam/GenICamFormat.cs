using System.Globalization;
using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.GenICam;

/// <summary>Pixel formats by their numbers in the Pixel Format Naming Convention (PFNC 2.4).</summary>
/// <param name="Format">The same format here.</param>
/// <param name="SignificantBits">Bits in use of 16-bit values; 0 for 8-bit ones.</param>
internal sealed record GenICamFormat(PixelFormat Format, int SignificantBits)
{
    private static readonly Dictionary<uint, GenICamFormat> s_known = new()
    {
        [0x01080001] = new(PixelFormat.Mono8, 0),
        [0x01100003] = new(PixelFormat.Mono16, 10),
        [0x01100005] = new(PixelFormat.Mono16, 12),
        [0x01100025] = new(PixelFormat.Mono16, 14),
        [0x01100007] = new(PixelFormat.Mono16, 16),
        [0x01080008] = new(PixelFormat.BayerGR8, 0),
        [0x01080009] = new(PixelFormat.BayerRG8, 0),
        [0x0108000A] = new(PixelFormat.BayerGB8, 0),
        [0x0108000B] = new(PixelFormat.BayerBG8, 0),
        [0x02180014] = new(PixelFormat.Rgb8, 0),
        [0x02180015] = new(PixelFormat.Bgr8, 0),
        [0x02300018] = new(PixelFormat.Rgb16, 10),
        [0x0230001A] = new(PixelFormat.Rgb16, 12),
        [0x02300033] = new(PixelFormat.Rgb16, 16),
        [0x010A0046] = new(PixelFormat.Mono10P, 0),
        [0x010C0047] = new(PixelFormat.Mono12P, 0),
        [0x010C0004] = new(PixelFormat.Mono10Packed, 0),
        [0x010C0006] = new(PixelFormat.Mono12Packed, 0),
        [0x0110000C] = new(PixelFormat.BayerGR16, 10),
        [0x01100010] = new(PixelFormat.BayerGR16, 12),
        [0x0110002E] = new(PixelFormat.BayerGR16, 16),
        [0x010A0056] = new(PixelFormat.BayerGR10P, 0),
        [0x010C0057] = new(PixelFormat.BayerGR12P, 0),
        [0x0110000D] = new(PixelFormat.BayerRG16, 10),
        [0x01100011] = new(PixelFormat.BayerRG16, 12),
        [0x0110002F] = new(PixelFormat.BayerRG16, 16),
        [0x010A0058] = new(PixelFormat.BayerRG10P, 0),
        [0x010C0059] = new(PixelFormat.BayerRG12P, 0),
        [0x0110000E] = new(PixelFormat.BayerGB16, 10),
        [0x01100012] = new(PixelFormat.BayerGB16, 12),
        [0x01100030] = new(PixelFormat.BayerGB16, 16),
        [0x010A0054] = new(PixelFormat.BayerGB10P, 0),
        [0x010C0055] = new(PixelFormat.BayerGB12P, 0),
        [0x0110000F] = new(PixelFormat.BayerBG16, 10),
        [0x01100013] = new(PixelFormat.BayerBG16, 12),
        [0x01100031] = new(PixelFormat.BayerBG16, 16),
        [0x010A0052] = new(PixelFormat.BayerBG10P, 0),
        [0x010C0053] = new(PixelFormat.BayerBG12P, 0),
        [0x02100032] = new(PixelFormat.Yuv422Yuyv8, 0),
        [0x0210001F] = new(PixelFormat.Yuv422Uyvy8, 0),
        [0x0210003B] = new(PixelFormat.Yuv422Yuyv8, 0),
        [0x02100043] = new(PixelFormat.Yuv422Uyvy8, 0),
        [0x02180021] = new(PixelFormat.Rgb8Planar, 0),
        [0x010C0026] = new(PixelFormat.BayerGR10Packed, 0),
        [0x010C0027] = new(PixelFormat.BayerRG10Packed, 0),
        [0x010C0028] = new(PixelFormat.BayerGB10Packed, 0),
        [0x010C0029] = new(PixelFormat.BayerBG10Packed, 0),
        [0x010C002A] = new(PixelFormat.BayerGR12Packed, 0),
        [0x010C002B] = new(PixelFormat.BayerRG12Packed, 0),
        [0x010C002C] = new(PixelFormat.BayerGB12Packed, 0),
        [0x010C002D] = new(PixelFormat.BayerBG12Packed, 0),
        [0x021E005C] = new(PixelFormat.Rgb10P, 0),
        [0x021E0048] = new(PixelFormat.Bgr10P, 0),
        [0x0224005D] = new(PixelFormat.Rgb12P, 0),
        [0x02240049] = new(PixelFormat.Bgr12P, 0),
        [0x0230004B] = new(PixelFormat.Bgr16, 16),
    };

    /// <summary>The format with this number; null for one that is not known here.</summary>
    public static GenICamFormat? Of(uint number) => s_known.GetValueOrDefault(number);

    /// <summary>What is wrong with a format that is not known here.</summary>
    public static string Unknown(uint number) => string.Create(CultureInfo.InvariantCulture, $"pixel format 0x{number:X8} is not known here; set the feature PixelFormat to Mono8, Mono12, BayerRG8, RGB8 or the like");
}
