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
        [0x0230004B] = new(PixelFormat.Bgr16, 16),
    };

    /// <summary>The format with this number; null for one that is not known here.</summary>
    public static GenICamFormat? Of(uint number) => s_known.GetValueOrDefault(number);

    /// <summary>What is wrong with a format that is not known here.</summary>
    public static string Unknown(uint number) => string.Create(CultureInfo.InvariantCulture, $"pixel format 0x{number:X8} is not known here; set the feature PixelFormat to Mono8, Mono12, BayerRG8, RGB8 or the like");
}
