using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using CsCheck;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class FrameDecoderTests
{
    private static readonly InputSpec Colour16 = new(16, 16, 3);
    private static readonly byte[] Picture = TestImages.Bgr(64, 48);
    private static readonly byte[] Jpeg = TestImages.Encode(".jpg", 64, 48, MatType.CV_8UC3, Picture);
    private static readonly byte[] Png = TestImages.Encode(".png", 64, 48, MatType.CV_8UC3, Picture);

    [Theory]
    [InlineData(PixelFormat.Mono8)]
    [InlineData(PixelFormat.Mono16)]
    [InlineData(PixelFormat.Rgb8)]
    [InlineData(PixelFormat.Bgr8)]
    public void Decode_RawPixels_WrapsThemWithoutACopy(PixelFormat format)
    {
        var data = new byte[Frame.RowBytes(format, 256)];
        var pin = GCHandle.Alloc(data, GCHandleType.Pinned);

        Assert.True(FrameDecoder.TryDecode(TestImages.Raw(format, 16, 16, data), pin.AddrOfPinnedObject(), out var decoded, out _));

        using (decoded) Assert.Equal(pin.AddrOfPinnedObject(), decoded.Pixels.Data);
        pin.Free();
    }

    [Theory]
    [InlineData(PixelFormat.Jpeg, true)]
    [InlineData(PixelFormat.Png, true)]
    [InlineData(PixelFormat.BayerRG8, true)]
    [InlineData(PixelFormat.Mono8, false)]
    [InlineData(PixelFormat.Bgr8, false)]
    public void TryPrepare_AnyFormat_TellsWhatDecodingTook(PixelFormat format, bool isDecoded)
    {
        var frame = format switch
        {
            PixelFormat.Jpeg => TestImages.File(format, Jpeg),
            PixelFormat.Png => TestImages.File(format, Png),
            _ => TestImages.Raw(format, 64, 48, Picture[..(48 * Frame.RowBytes(format, 64))]),
        };
        var start = Stopwatch.GetTimestamp();
        Assert.True(FramePreparer.TryPrepare(frame, Colour16, null, out var prepared, out var error), error);
        var wholeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using (prepared) Assert.InRange(prepared.DecodeMs, isDecoded ? 1e-6 : 0, isDecoded ? wholeMs : 0);
    }

    [Fact]
    public void Decode_ColourPngOf16Bits_KeepsThem()
    {
        var rows = new byte[16 * 16 * 6];
        for (var i = 0; i < rows.Length; i += 6) ((byte[])[0xFF, 0xFF, 0x80, 0x81, 0x01, 0x02]).CopyTo(rows, i);

        var values = TestImages.Prepare(TestImages.File(PixelFormat.Png, TestImages.Png(16, 16, 16, 2, rows)), Colour16);

        Assert.Equal(1f, values[0]);
        Assert.Equal(0x8081 / 65535f, values[256], 1e-7f);
        Assert.Equal(0x0102 / 65535f, values[512], 1e-7f);
    }

    [Fact]
    public void Decode_GreyPngOf16Bits_KeepsThem()
    {
        var rows = Enumerable.Repeat((byte[])[0x12, 0x34], 256).SelectMany(b => b).ToArray();

        var values = TestImages.Prepare(TestImages.File(PixelFormat.Png, TestImages.Png(16, 16, 16, 0, rows)), new InputSpec(16, 16, 1));

        Assert.All(values, v => Assert.Equal(0x1234 / 65535f, v, 1e-7f));
    }

    [Theory]
    [InlineData(6, new byte[] { 255, 51, 0, 10 })]
    [InlineData(4, new byte[] { 51, 10 })]
    public void Decode_PngWithAlpha_LeavesItOut(byte colourType, byte[] pixel)
    {
        var rows = Enumerable.Repeat(pixel, 256).SelectMany(b => b).ToArray();

        var values = TestImages.Prepare(TestImages.File(PixelFormat.Png, TestImages.Png(16, 16, 8, colourType, rows)), Colour16);

        Assert.Equal(pixel[0] / 255f, values[0], 1e-6f);
        Assert.Equal(51 / 255f, values[256], 1e-6f);
        Assert.Equal(colourType == 6 ? 0 : 51 / 255f, values[512], 1e-6f);
    }

    [Theory]
    [InlineData(3, 64, 48)]
    [InlineData(6, 48, 64)]
    [InlineData(8, 48, 64)]
    public void Decode_JpegWithOrientation_TurnsItAsViewersDo(byte orientation, int width, int height)
    {
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] file = [.. Jpeg[..2], .. exif, .. Jpeg[2..]];
        using var stored = Cv2.ImDecode(Jpeg, ImreadModes.Color);
        using var turned = new Mat();
        Cv2.Rotate(stored, turned, orientation switch { 3 => RotateFlags.Rotate180, 6 => RotateFlags.Rotate90Clockwise, _ => RotateFlags.Rotate90Counterclockwise });
        var input = new InputSpec(width, height, 3);

        var values = TestImages.Prepare(TestImages.File(PixelFormat.Jpeg, file), input);

        Assert.True(turned.GetArray(out Vec3b[] pixels));
        Assert.Equal(pixels.Select(p => p.Item2 * (1f / 255f)), values[..(width * height)]);
        Assert.Equal(values, TestImages.Prepare(TestImages.Raw(PixelFormat.Jpeg, 64, 48, file), input));
        Assert.Equal(values, TestImages.Prepare(TestImages.Raw(PixelFormat.Jpeg, width, height, file), input));
        Assert.True(FramePreparer.TryPrepare(TestImages.File(PixelFormat.Jpeg, file), input, null, out var prepared, out _));
        using (prepared) Assert.Equal((width, height), (prepared.FrameWidth, prepared.FrameHeight));
    }

    [Fact]
    public void Decode_CutOffJpeg_IsRefusedAtEveryLength() => Gen.Int[2, Jpeg.Length - 1].Sample(length =>
        Assert.Contains(length < 4 ? "no JPEG" : "JPEG", TestImages.Refuse(TestImages.File(PixelFormat.Jpeg, Jpeg[..length]), Colour16), StringComparison.Ordinal));

    [Fact]
    public void Decode_HalfAJpeg_SaysThatItIsCutOff() =>
        Assert.Contains("cut off", TestImages.Refuse(TestImages.File(PixelFormat.Jpeg, Jpeg[..(Jpeg.Length / 2)]), Colour16), StringComparison.Ordinal);

    [Fact]
    public void Decode_CutOffPng_IsRefusedAtEveryLength() => Gen.Int[8, Png.Length - 1].Sample(length =>
        Assert.Contains("cut off", TestImages.Refuse(TestImages.File(PixelFormat.Png, Png[..length]), Colour16), StringComparison.Ordinal));

    [Fact]
    public void Decode_HalfAJpegWithThumbnail_IsNotTakenForWhole()
    {
        byte[] thumbnail = [0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xD9];

        byte[] half = [.. Jpeg[..2], .. thumbnail, .. Jpeg[2..(Jpeg.Length / 2)]];

        Assert.Contains("cut off", TestImages.Refuse(TestImages.File(PixelFormat.Jpeg, half), Colour16), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ProgressiveOrGreyJpegWithBytesAfterIt_IsRead()
    {
        using var mat = Mat.FromPixelData(48, 64, MatType.CV_8UC3, Picture);
        Cv2.ImEncode(".jpg", mat, out var progressive, new ImageEncodingParam(ImwriteFlags.JpegProgressive, 1), new ImageEncodingParam(ImwriteFlags.JpegRstInterval, 2));
        var grey = TestImages.Encode(".jpg", 64, 48, MatType.CV_8UC1, Picture[..(64 * 48)]);

        Assert.NotEqual(0, TestImages.Prepare(TestImages.File(PixelFormat.Jpeg, [.. progressive, 0, 0, 0]), Colour16).Max());
        Assert.NotEqual(0, TestImages.Prepare(TestImages.File(PixelFormat.Jpeg, grey), Colour16).Max());
    }

    [Fact]
    public void Decode_GiantDeclaredSize_IsRefusedBeforeDecoding()
    {
        var jpeg = (byte[])Jpeg.Clone();
        var header = jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(header + 5), 65000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(header + 7), 65000);

        Assert.Contains("declares 65000 x 65000", Error(PixelFormat.Jpeg, jpeg), StringComparison.Ordinal);
        Assert.Contains("declares 30000 x 30000", Error(PixelFormat.Png, TestImages.Png(30000, 30000, 8, 0, [])), StringComparison.Ordinal);
        Assert.Contains("declares 4294967295 x 5", Error(PixelFormat.Png, TestImages.Png(-1, 5, 8, 0, [])), StringComparison.Ordinal);

        static string Error(PixelFormat format, byte[] file)
        {
            Assert.False(Frame.TryCreate(format, 0, 0, 0, file, DateTimeOffset.UnixEpoch, out _, out var error));
            return error;
        }
    }

    [Fact]
    public void Decode_OneByteOfPixelsChanged_IsRefused()
    {
        var random = new Random(3);
        var start = Png.AsSpan().IndexOf("IDAT"u8) + 4;
        for (var i = 0; i < 50; i++)
        {
            var damaged = (byte[])Png.Clone();
            damaged[random.Next(start, Png.Length - 16)] ^= 0x10;
            Assert.Contains("checksum of chunk IDAT", TestImages.Refuse(TestImages.File(PixelFormat.Png, damaged), Colour16), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decode_AnnouncedSizeDiffers_SaysBoth()
    {
        var error = TestImages.Refuse(TestImages.Raw(PixelFormat.Png, 64, 40, Png), Colour16);

        Assert.Contains("64 x 48", error, StringComparison.Ordinal);
        Assert.Contains("64 x 40", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_PngAnnouncedAsJpeg_SaysSo() =>
        Assert.Contains("no JPEG file", TestImages.Refuse(TestImages.File(PixelFormat.Jpeg, Png), Colour16), StringComparison.Ordinal);

    [Fact]
    public void Decode_RandomBytes_NeverThrows() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).Sample((tail, jpeg) =>
    {
        byte[] file = jpeg ? [.. Jpeg[..20], .. tail, 0xFF, 0xD9] : [.. Png[..33], .. tail, .. Png[^12..]];
        FramePreparer.TryPrepare(TestImages.File(jpeg ? PixelFormat.Jpeg : PixelFormat.Png, file), Colour16, null, out var prepared, out _);
        prepared?.Dispose();
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(1, 9)]
    public void Decode_TinyMosaic_IsRefusedOrRead(int width, int height)
    {
        var data = Enumerable.Repeat((byte)100, width * height).ToArray();
        if (!Frame.TryCreate(PixelFormat.BayerRG8, width, height, 0, data, DateTimeOffset.UnixEpoch, out var frame, out var error))
        {
            Assert.Contains("mosaic", error, StringComparison.Ordinal);
            return;
        }

        Assert.All(TestImages.Prepare(frame, Colour16), v => Assert.Equal(100 / 255f, v, 1e-6f));
    }
}
