using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public class SignificantBitsTests
{
    private static readonly InputSpec Grey = new(16, 16, 1);

    [Theory]
    [InlineData(9, 511)]
    [InlineData(10, 1023)]
    [InlineData(12, 4095)]
    [InlineData(14, 16383)]
    [InlineData(16, 65535)]
    public void TryPrepare_FrameStatesItsBits_WhiteIsTheirLargestValueWhateverTheModelTakes(int bits, int white)
    {
        var frame = Mono(bits, i => i == 0 ? white : white / 3);
        foreach (var input in new[] { Grey, Grey with { SignificantBits = 12 } })
        {
            var values = TestImages.Prepare(frame, input);
            Assert.Equal(1f, values[0]);
            Assert.Equal(1 / 3f, values[1], 1e-2f);
        }
    }

    [Fact]
    public void TryPrepare_FrameStatesNothing_WhiteIsTheModels()
    {
        var frame = Mono(0, _ => 1000);
        Assert.Equal(1000 / 4095f, TestImages.Prepare(frame, Grey with { SignificantBits = 12 })[0], 1e-6f);
        Assert.Equal(1000 / 65535f, TestImages.Prepare(frame, Grey)[0], 1e-7f);
    }

    [Fact]
    public void TryPrepare_ValueAboveTheBits_IsRefusedWhereItIsLookedAt()
    {
        var stated = Mono(12, i => i == 255 ? 4096 : 100);
        Assert.Contains("holds the value 4096, but states 12 significant bits, which end at 4095", TestImages.Refuse(stated, Grey), StringComparison.Ordinal);
        var assumed = Mono(0, i => i == 255 ? 5000 : 100);
        Assert.Contains("holds the value 5000, but the model's frames have 12 significant bits", TestImages.Refuse(assumed, Grey with { SignificantBits = 12 }), StringComparison.Ordinal);
        _ = TestImages.Prepare(stated, Grey, new RegionOfInterest(0, 0, 15, 15));
    }

    [Theory]
    [InlineData(PixelFormat.Mono16, 8)]
    [InlineData(PixelFormat.Mono16, 17)]
    [InlineData(PixelFormat.Mono16, -1)]
    [InlineData(PixelFormat.Mono8, 12)]
    [InlineData(PixelFormat.BayerRG8, 12)]
    [InlineData(PixelFormat.Jpeg, 12)]
    public void TryCreate_BitsThatAFormatCannotHave_AreRefused(PixelFormat format, int bits)
    {
        Assert.False(Frame.TryCreate(format, 16, 16, 0, new byte[512], DateTimeOffset.UnixEpoch, out _, out var error, bits));
        Assert.StartsWith($"{bits} significant bits are stated", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(255, 8)]
    [InlineData(256, 10)]
    [InlineData(1024, 12)]
    [InlineData(4095, 12)]
    [InlineData(4096, 14)]
    [InlineData(16384, 16)]
    [InlineData(4095 * 16, 16)] // 12 bits aligned to the highest
    public void Of_LargestValue_IsTheFirstUsualNumberThatHoldsIt(int largest, int bits) => Assert.Equal(bits, SignificantBits.Of(largest));

    [Fact]
    public void Largest_AnyPlaceOfAnOddRow_IsFound()
    {
        var pixels = new ushort[37 * 3];
        using var mat = Mat.FromPixelData(3, 37, MatType.CV_16UC1, pixels);
        for (var i = 0; i < pixels.Length; i++)
        {
            Array.Clear(pixels);
            pixels[i] = 40000;
            Assert.Equal(40000, SignificantBits.Largest(mat));
        }
    }

    [Theory]
    [InlineData(PixelFormat.Rgb16, 300, 100)]
    [InlineData(PixelFormat.Bgr16, 100, 300)]
    public void TryPrepare_ColourOfSixteenBits_KeepsThem(PixelFormat format, int red, int blue)
    {
        var data = Words(Enumerable.Range(0, 256 * 3).Select(i => (ushort)(i % 3 == 1 ? 200 : i % 3 == 0 ? 300 : 100)));
        var values = TestImages.Prepare(TestImages.Raw(format, 16, 16, data), new InputSpec(16, 16, 3, SignificantBits: 10));
        Assert.Equal(red / 1023f, values[0], 1e-7f);
        Assert.Equal(200 / 1023f, values[256], 1e-7f);
        Assert.Equal(blue / 1023f, values[512], 1e-7f);
    }

    [Theory]
    [InlineData(1, PixelFormat.Mono16)]
    [InlineData(3, PixelFormat.Bgr16)]
    public void Read_TiffOfSixteenBits_KeepsThem(int channels, PixelFormat format)
    {
        using var folder = new TemporaryFolder();
        var pixels = Enumerable.Range(0, 256 * channels).Select(i => (ushort)(i * 31)).ToArray();
        File.WriteAllBytes(folder["0.tif"], TestImages.Encode(".tif", 16, 16, MatType.CV_16UC(channels), pixels));

        foreach (var frame in new[] { FrameFile.Read(folder["0.tif"]), RawFrames.FromFile(folder["0.tif"], DateTimeOffset.UnixEpoch) })
        {
            Assert.Equal((format, 0), (frame.Format, frame.SignificantBits));
            Assert.Equal(pixels, MemoryMarshal.Cast<byte, ushort>(frame.Data.Span).ToArray());
        }

        Assert.Equal(12, RawFrames.FromFile(folder["0.tif"], DateTimeOffset.UnixEpoch, 12).SignificantBits);
        Assert.Equal(12, FrameFile.Read(folder["0.tif"], null, 12).SignificantBits);
    }

    [Fact]
    public void Read_ImageOfFloats_SaysWhatToSave()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["0.tif"], TestImages.Encode(".tif", 4, 4, MatType.CV_32FC1, new float[16]));
        var error = Assert.Throws<DatasetException>(() => FrameFile.Read(folder["0.tif"]));
        Assert.Contains("save it with 8 or 16 bits a value", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PixelFormat.Mono16)]
    [InlineData(PixelFormat.Rgb16)]
    [InlineData(PixelFormat.Png)]
    public void TryWritePng_FrameStatesItsBits_FileHoldsThemAndEveryValue(PixelFormat format)
    {
        var words = Enumerable.Range(0, 256 * (format is PixelFormat.Rgb16 ? 3 : 1)).Select(i => (ushort)(i * 5)).ToArray();
        var data = format is PixelFormat.Png ? TestImages.Encode(".png", 16, 16, MatType.CV_16UC1, words) : Words(words);
        Assert.True(Frame.TryCreate(format, 16, 16, 0, data, DateTimeOffset.UnixEpoch, out var frame, out var error, 12), error);

        Assert.True(FrameFile.TryWritePng(frame, out var file, out _, out _, out error), error);

        var read = TestImages.File(PixelFormat.Png, file);
        Assert.Equal(12, read.SignificantBits);
        var input = new InputSpec(16, 16, 3);
        Assert.Equal(TestImages.Prepare(frame, input), TestImages.Prepare(read, input));
        Assert.True(FrameFile.TryWritePng(read, out var again, out _, out _, out _));
        Assert.Equal(file, again);
    }

    [Fact]
    public void TryWritePng_ValueAboveTheStatedBits_IsRefused()
    {
        Assert.False(FrameFile.TryWritePng(Mono(12, _ => 5000), out _, out _, out _, out var error));
        Assert.Contains("states 12 significant bits", error, StringComparison.Ordinal);
    }

    [Fact]
    public void StatedBits_FilesThatSayNothing_AreZero()
    {
        var deep = TestImages.Encode(".png", 16, 16, MatType.CV_16UC1, new ushort[256]);
        var flat = TestImages.Encode(".png", 16, 16, MatType.CV_8UC1, new byte[256]);
        Assert.Equal(0, PngFile.StatedBits(deep));
        Assert.Same(flat, PngFile.StateBits(flat, 12));
        Assert.Equal(0, PngFile.StatedBits(flat));
        var stated = PngFile.StateBits(deep, 14);
        Assert.Equal(14, PngFile.StatedBits(stated));
        for (var length = 0; length < stated.Length; length++) _ = PngFile.StatedBits(stated.AsSpan(0, length));
    }

    [Fact]
    public void TryEncodeFrame_OneBrightPixel_DoesNotDarkenThePicture()
    {
        foreach (var bits in new[] { 12, 0 })
        {
            var plain = Mono(bits, _ => 1000).AssumeBits(12);
            var bright = Mono(bits, i => i == 5 ? 4095 : 1000).AssumeBits(12);
            Assert.Equal(Grey8(plain)[..5], Grey8(bright)[..5]);
            Assert.Equal(1000 * 255 / 4095, Grey8(plain)[0], 1.0);
        }
    }

    private static byte[] Grey8(Frame frame)
    {
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Png, out var file, out var error), error);
        using var mat = Cv2.ImDecode(file, ImreadModes.Grayscale);
        Assert.True(mat.GetArray(out byte[] pixels));
        return pixels;
    }

    private static Frame Mono(int bits, Func<int, int> value)
    {
        Assert.True(Frame.TryCreate(
            PixelFormat.Mono16, 16, 16, 0, Words(Enumerable.Range(0, 256).Select(i => (ushort)value(i))), DateTimeOffset.UnixEpoch, out var frame, out var error, bits), error);
        return frame;
    }

    private static byte[] Words(IEnumerable<ushort> values) => [.. values.SelectMany(value =>
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    })];
}
