using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Jpeg;
using CsCheck;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging.Jpeg;

public class JpegFileTests
{
    private const int Sampling444 = 0x111111, Sampling420 = 0x221111, Sampling422 = 0x211111, Sampling440 = 0x121111, Sampling411 = 0x411111;

    /// <summary>IMWRITE_JPEG_SAMPLING_FACTOR, which OpenCvSharp does not name.</summary>
    private const ImwriteFlags SamplingFactor = (ImwriteFlags)7;

    private static readonly int[] Samplings = [Sampling444, Sampling420, Sampling422, Sampling440, Sampling411];
    private static readonly byte[] Whole = Photograph(320, 240, 90, Sampling420);
    private static readonly byte[] Progressive = Photograph(320, 240, 90, Sampling420, progressive: true);

    [Fact]
    public void Check_WholeFilesOfAnyKind_FindsNothing() => Gen.Select(
        Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 100], Gen.Int[0, 4], Gen.Int[0, 5], Gen.Bool, Gen.Bool)
        .Sample((width, height, quality, sampling, restart, progressive, grey) =>
            Assert.Null(JpegFile.Check(Photograph(width, height, quality, Samplings[sampling], progressive, restart, grey))), iter: 400);

    [Fact]
    public void Check_PixelsAtBothEndsOfTheirRange_FindsNothing()
    {
        var random = new Random(1);
        var pixels = Enumerable.Range(0, 128 * 128).Select(_ => random.Next(2) == 0 ? byte.MinValue : byte.MaxValue).ToArray();
        using var mat = Mat.FromPixelData(128, 128, MatType.CV_8UC1, pixels);
        foreach (var quality in (int[])[1, 30, 100])
        {
            Cv2.ImEncode(".jpg", mat, out var file, new ImageEncodingParam(ImwriteFlags.JpegQuality, quality));
            Assert.Null(JpegFile.Check(file));
        }
    }

    [Fact]
    public void Check_NoHuffmanTables_TakesTheStandardsAndSoDoesTheDecoder()
    {
        byte[] without = [.. Segments(Whole).Where(s => Whole[s.Start + 1] != 0xC4).SelectMany(s => Whole[s.Start..s.End])];

        Assert.True(without.Length < Whole.Length - 300);
        Assert.Equal(TestImages.Prepare(TestImages.File(PixelFormat.Jpeg, Whole), new InputSpec(32, 32, 3)), TestImages.Prepare(TestImages.File(PixelFormat.Jpeg, without), new InputSpec(32, 32, 3)));
    }

    /// <summary>A grey block is DC size 0 (00) and end of block (1010) with the standard's tables: 4 colours give 28 A2 8A.</summary>
    [Fact]
    public void Check_FourColours_FindsNothing()
    {
        byte[] four = [.. Header(4), 0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0, 0x28, 0xA2, 0x8A, 0xFF, 0xD9];

        Assert.Null(JpegFile.Check(four));
        Assert.Contains("left over", JpegFile.Check([.. four[..^2], 0x28, 0xFF, 0xD9]), StringComparison.Ordinal);
        Assert.Contains("lost data", JpegFile.Check([.. four[..^3], 0xFF, 0xD9]), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AScanForEachColour_NeedsAllOfThem()
    {
        byte[][] scans = [.. Enumerable.Range(1, 3).Select(id => (byte[])[0xFF, 0xDA, 0, 8, 1, (byte)id, 0, 0, 63, 0, 0b00101011])];
        byte[] end = [0xFF, 0xD9];

        Assert.Null(JpegFile.Check([.. Header(3), .. scans[0], .. scans[1], .. scans[2], .. end]));
        Assert.Contains("colours are missing", JpegFile.Check([.. Header(3), .. scans[0], .. scans[2], .. end]), StringComparison.Ordinal);
        Assert.Contains("does not follow", JpegFile.Check([.. Header(3), .. scans[0], .. scans[0], .. end]), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ScanWithoutItsEnd_IsLostDataThoughTheFileIsClosed()
    {
        foreach (var file in (byte[][])[Whole, Progressive])
        {
            var start = Segments(file).First(s => file[s.Start + 1] == 0xDA).Data;
            for (var at = start; at < file.Length - 3; at += 97) Assert.NotNull(JpegFile.Check([.. file[..at], 0xFF, 0xD9]));
        }
    }

    [Fact]
    public void Check_ProgressiveWithoutItsLaterScans_IsIncomplete()
    {
        var scans = Segments(Progressive).Where(s => Progressive[s.Start + 1] == 0xDA).ToArray();

        Assert.True(scans.Length > 5);
        foreach (var scan in scans[1..]) Assert.Contains("incomplete", JpegFile.Check([.. Progressive[..scan.Start], 0xFF, 0xD9]), StringComparison.Ordinal);
        foreach (var scan in scans) Assert.NotNull(JpegFile.Check([.. Progressive[..scan.Start], .. Progressive[scan.End..]]));
    }

    /// <summary>A loss shows unless what is left happens to make as many blocks, down to the bits behind the last one.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Check_PacketDroppedOrZeroed_IsFound(bool progressive, bool zeroed)
    {
        const int tries = 300, least = 285;
        var file = progressive ? Progressive : Whole;
        var random = new Random(7);
        var start = Segments(file).First(s => file[s.Start + 1] == 0xDA).Data;
        var found = Enumerable.Range(0, tries).Count(_ =>
        {
            var at = random.Next(start, file.Length - 600);
            var end = at + random.Next(16, 512);
            byte[] damaged = [.. file[..at], .. new byte[zeroed ? end - at : 0], .. file[end..]];
            return JpegFile.Check(damaged) is not null;
        });

        Assert.InRange(found, least, tries);
    }

    [Fact]
    public void Check_RestartIntervalLost_IsFound()
    {
        var file = Photograph(320, 240, 90, Sampling420, restart: 5);
        var markers = Enumerable.Range(0, file.Length - 1).Where(i => file[i] == 0xFF && file[i + 1] is >= 0xD0 and <= 0xD7).ToArray();

        Assert.Null(JpegFile.Check(file));
        for (var i = 0; i + 8 < markers.Length; i++)
        {
            Assert.NotNull(JpegFile.Check([.. file[..markers[i]], .. file[markers[i + 1]..]]));
            Assert.NotNull(JpegFile.Check([.. file[..markers[i]], .. file[markers[i + 8]..]]));
        }
    }

    [Theory]
    [InlineData(0xC9, 8, "arithmetic coding")]
    [InlineData(0xCA, 8, "arithmetic coding")]
    [InlineData(0xC3, 8, "lossless coding")]
    [InlineData(0xC5, 8, "several frames")]
    [InlineData(0xC1, 12, "12 bits a colour")]
    public void Measure_KindThatIsNotRead_SaysWhich(byte marker, byte precision, string what)
    {
        var file = (byte[])Whole.Clone();
        var header = Segments(file).First(s => file[s.Start + 1] == 0xC0).Start;
        (file[header + 1], file[header + 4]) = (marker, precision);

        Assert.Contains(what, JpegFile.Measure(file, out _, out _, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_HeightThatFollowsTheData_IsRefused()
    {
        var file = (byte[])Whole.Clone();
        var header = Segments(file).First(s => file[s.Start + 1] == 0xC0).Start;
        (file[header + 5], file[header + 6]) = (0, 0);

        Assert.Contains("does not state its size", JpegFile.Measure(file, out _, out _, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AnyBytesChanged_NeverThrows() => Gen.Select(Gen.Int[2, 100_000], Gen.Byte.Array[1, 8], Gen.Bool).Sample((place, bytes, progressive) =>
    {
        var file = (byte[])(progressive ? Progressive : Whole).Clone();
        bytes.AsSpan().CopyTo(file.AsSpan(2 + (place % (file.Length - 10))));
        if (JpegFile.Measure(file, out var width, out var height, out _) is null && (long)width * height < 1_000_000) JpegFile.Check(file);
    }, iter: 2000);

    private static byte[] Header(byte colours) =>
    [
        0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64), 0xFF, 0xC0, 0, (byte)(8 + (3 * colours)), 8, 0, 8, 0, 8, colours,
        .. Enumerable.Range(1, colours).SelectMany(id => (byte[])[(byte)id, 0x11, 0]),
    ];

    /// <summary>Start and end of each part of a file, a scan's data with its header, and where the data starts.</summary>
    private static List<(int Start, int Data, int End)> Segments(byte[] file)
    {
        var segments = new List<(int, int, int)> { (0, 0, 2) };
        for (var at = 2; at < file.Length;)
        {
            var data = file[at + 1] == 0xD9 ? at + 2 : at + 2 + (file[at + 2] << 8) + file[at + 3];
            var end = data;
            if (file[at + 1] == 0xDA)
            {
                while (file[end] != 0xFF || file[end + 1] is 0 or (>= 0xD0 and <= 0xD7)) end++;
            }

            segments.Add((at, data, end));
            at = end;
        }

        return segments;
    }

    private static byte[] Photograph(int width, int height, int quality, int sampling, bool progressive = false, int restart = 0, bool grey = false)
    {
        var random = new Random(3);
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            pixels[i] = (byte)Math.Clamp(128 + (90 * Math.Sin((x + (20 * (i % 3))) / 17.0) * Math.Cos(y / 23.0)) + random.Next(-12, 13), 0, 255);
        }

        using var mat = Mat.FromPixelData(height, width, MatType.CV_8UC3, pixels);
        using var taken = grey ? mat.CvtColor(ColorConversionCodes.BGR2GRAY) : mat.Clone();
        Cv2.ImEncode(
            ".jpg", taken, out var file, new ImageEncodingParam(ImwriteFlags.JpegQuality, quality), new ImageEncodingParam(ImwriteFlags.JpegProgressive, progressive ? 1 : 0),
            new ImageEncodingParam(ImwriteFlags.JpegRstInterval, restart), new ImageEncodingParam(SamplingFactor, sampling));
        return file;
    }
}
