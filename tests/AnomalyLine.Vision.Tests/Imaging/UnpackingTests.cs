using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

/// <summary>Rows that are unpacked by vectors against what a value at a time gives, for widths around those of the vectors, and formats against the same picture in a format that needs nothing.</summary>
public sealed class UnpackingTests
{
    private static readonly string[] s_orders = ["RG", "GR", "GB", "BG"];

    public static TheoryData<int, byte?> RowsOfEachWidth
    {
        get
        {
            var rows = new TheoryData<int, byte?>();
            foreach (var width in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 67, 127, 641])
                foreach (var fill in (byte?[])[null, 0, 0xFF]) rows.Add(width, fill);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(RowsOfEachWidth))]
    public void UnpackRun_AnyRow_IsTheBitsFromTheLowestOn(int width, byte? fill)
    {
        foreach (var bits in (int[])[10, 12])
        {
            var packed = Bytes(((width * bits) + 7) / 8, fill, seed: width);
            var values = new ushort[width];
            if (bits == 10) PackedRows.Unpack10p(packed, values);
            else PackedRows.Unpack12p(packed, values);
            Assert.Equal(Enumerable.Range(0, width).Select(i => (ushort)Enumerable.Range(0, bits).Sum(bit => Bit(packed, (i * bits) + bit) << bit)), values);
        }
    }

    [Theory]
    [MemberData(nameof(RowsOfEachWidth))]
    public void UnpackPairs_AnyRow_IsHighBitsAndThenLowOnes(int width, byte? fill)
    {
        var packed = Bytes((width / 2 * 3) + (width % 2 * 2), fill, seed: width);
        var (ten, twelve) = (new ushort[width], new ushort[width]);
        PackedRows.Unpack10Packed(packed, ten);
        PackedRows.Unpack12Packed(packed, twelve);
        for (var i = 0; i < width; i++)
        {
            int high = packed[(i / 2 * 3) + (i % 2 * 2)], shared = packed[(i / 2 * 3) + 1] >> (i % 2 * 4);
            Assert.Equal(((high << 2) | (shared & 3), (high << 4) | (shared & 15)), (ten[i], twelve[i]));
        }
    }

    [Theory]
    [MemberData(nameof(RowsOfEachWidth))]
    public void ToBgr_AnyRow_IsTheFormulaToTwoLevels(int width, byte? fill)
    {
        foreach (var lumaFirst in (bool[])[true, false])
        {
            var row = Bytes((width + 1) / 2 * 4, fill, seed: width);
            var bgr = new byte[width * 3];
            YuvRows.ToBgr(row, lumaFirst, bgr);
            for (var i = 0; i < width; i++)
            {
                var pair = row.AsSpan(i / 2 * 4, 4);
                double y = pair[(i % 2 * 2) + (lumaFirst ? 0 : 1)], cb = pair[lumaFirst ? 1 : 0] - 128, cr = pair[lumaFirst ? 3 : 2] - 128;
                double[] expected = [y + (1.772 * cb), y - (0.344136 * cb) - (0.714136 * cr), y + (1.402 * cr)];
                for (var c = 0; c < 3; c++) Assert.InRange(bgr[(i * 3) + c], Math.Clamp(expected[c], 0, 255) - 2, Math.Clamp(expected[c], 0, 255) + 2);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(641)]
    public void TryConvert_FloatsFromZeroToOne_AreRoundedTo16BitsAndOthersRefused(int width)
    {
        var random = new Random(width);
        float[] row = [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())];
        (row[0], row[^1]) = (0, 1);
        var values = new ushort[width];
        Assert.True(FloatRows.TryConvert(row, values));
        Assert.Equal(row.Select(value => (int)Math.Round((double)value * 65535)), values.Select(value => (int)value), (a, b) => Math.Abs(a - b) <= 1);
        foreach (var wrong in (float[])[float.NaN, -0.001f, 1.001f, float.PositiveInfinity])
        {
            foreach (var at in (int[])[0, width / 2, width - 1])
            {
                var other = (float[])row.Clone();
                other[at] = wrong;
                Assert.False(FloatRows.TryConvert(other, values), $"{wrong} at {at}");
            }
        }
    }

    [Theory]
    [InlineData(PixelFormat.Mono10P, 10)]
    [InlineData(PixelFormat.Mono12P, 12)]
    [InlineData(PixelFormat.Mono10Packed, 10)]
    [InlineData(PixelFormat.Mono12Packed, 12)]
    public void TryDecode_PackedFrameWithPadding_IsTheSameAsOneOf16Bits(PixelFormat format, int bits)
    {
        const int width = 37, height = 5, padding = 6;
        var random = new Random(5);
        var values = Enumerable.Range(0, width * height).Select(_ => random.Next(1 << bits)).ToArray();
        var stride = Frame.RowBytes(format, width) + padding;
        var data = new byte[stride * height];
        for (var i = 0; i < values.Length; i++) Pack(format, bits, data.AsSpan(i / width * stride, stride), i % width, values[i]);

        var frame = Create(format, width, height, stride, data);
        using var decoded = Decode(frame);
        Assert.Equal((bits, MatType.CV_16UC1), (frame.SignificantBits, decoded.Type()));
        for (var i = 0; i < values.Length; i++) Assert.Equal(values[i], decoded.At<ushort>(i / width, i % width));
    }

    [Theory]
    [InlineData(PixelFormat.Rgb10P, 10)]
    [InlineData(PixelFormat.Bgr10P, 10)]
    [InlineData(PixelFormat.Rgb12P, 12)]
    [InlineData(PixelFormat.Bgr12P, 12)]
    public void TryDecode_PackedColoursWithPadding_AreTheSameAsThoseOf16Bits(PixelFormat format, int bits)
    {
        const int width = 37, height = 5, padding = 6;
        var random = new Random(5);
        var values = Enumerable.Range(0, width * 3 * height).Select(_ => random.Next(1 << bits)).ToArray();
        var stride = Frame.RowBytes(format, width) + padding;
        var data = new byte[stride * height];
        for (var i = 0; i < values.Length; i++) Pack(format, bits, data.AsSpan(i / (width * 3) * stride, stride), i % (width * 3), values[i]);

        var frame = Create(format, width, height, stride, data);
        using var colour = Decode(frame);
        Assert.Equal((((width * 3 * bits) + 7) / 8, bits, MatType.CV_16UC3), (stride - padding, frame.SignificantBits, colour.Type()));
        for (var i = 0; i < width * height; i++)
        {
            var pixel = colour.At<Vec3w>(i / width, i % width);
            Assert.Equal((values[i * 3], values[(i * 3) + 1], values[(i * 3) + 2]), (pixel.Item0, pixel.Item1, pixel.Item2));
        }

        Assert.True(FrameDecoder.TryDecode(frame, IntPtr.Zero, out var decoded, out _));
        Assert.Equal(format is PixelFormat.Rgb10P or PixelFormat.Rgb12P, decoded.RedFirst);
        decoded.Dispose();
    }

    [Fact]
    public void TryDecode_MosaicsOf10To16Bits_AreTheOneOf8BitsInTheirOrder()
    {
        const int width = 24, height = 18;
        var random = new Random(7);
        var pixels = new byte[width * height];
        random.NextBytes(pixels);
        foreach (var order in s_orders)
        {
            using var expected = Decode(Create(Enum.Parse<PixelFormat>($"Bayer{order}8"), width, height, width, pixels));
            foreach (var (name, bits) in (ReadOnlySpan<(string, int)>)[("16", 16), ("10P", 10), ("12P", 12), ("10Packed", 10), ("12Packed", 12)])
            {
                var format = Enum.Parse<PixelFormat>($"Bayer{order}{name}");
                var stride = Frame.RowBytes(format, width);
                var data = new byte[stride * height];
                for (var i = 0; i < pixels.Length; i++) Pack(format, bits, data.AsSpan(i / width * stride, stride), i % width, pixels[i]);
                using var colour = Decode(Create(format, width, height, stride, data));
                using var narrow = new Mat();
                colour.ConvertTo(narrow, MatType.CV_8U);
                for (var i = 0; i < pixels.Length; i++) Assert.Equal(expected.At<Vec3b>(i / width, i % width), narrow.At<Vec3b>(i / width, i % width));
            }
        }
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(33, 4)]
    [InlineData(34, 5)]
    [InlineData(70, 6)]
    [InlineData(131, 7)]
    public void TryDecode_Mosaic_IsOpenCvsButAtTheEdges(int width, int height)
    {
        ColorConversionCodes[] codes = [ColorConversionCodes.BayerBG2BGR, ColorConversionCodes.BayerGB2BGR, ColorConversionCodes.BayerGR2BGR, ColorConversionCodes.BayerRG2BGR];
        foreach (var fill in (byte?[])[null, 0, 0xFF])
        {
            var pixels = Bytes(width * height, fill, seed: width);
            for (var order = 0; order < codes.Length; order++)
            {
                using var mosaic = Mat.FromPixelData(height, width, MatType.CV_8UC1, pixels);
                using var expected = mosaic.CvtColor(codes[order]);
                using var colour = Decode(Create(Enum.Parse<PixelFormat>($"Bayer{s_orders[order]}8"), width, height, 0, pixels));
                for (var y = 1; y < height - 1; y++)
                    for (var x = 1; x < width - 1; x++) Assert.Equal(expected.At<Vec3b>(y, x), colour.At<Vec3b>(y, x));
            }
        }
    }

    /// <summary>Red, green and blue planes of their own values: at the edges, too, each colour is what the mosaic has of it.</summary>
    [Theory]
    [InlineData(3, 3)]
    [InlineData(9, 4)]
    [InlineData(17, 5)]
    [InlineData(64, 6)]
    public void TryDecode_MosaicOfThreeFlatColours_IsTheColourEverywhere(int width, int height)
    {
        foreach (var (name, order) in s_orders.Select((name, order) => (name, order)))
        {
            var data = new byte[width * height * 2];
            var values = MemoryMarshal.Cast<byte, ushort>(data.AsSpan());
            for (var i = 0; i < values.Length; i++)
            {
                bool oddColumn = i % width % 2 == 1, oddRow = i / width % 2 == 1;
                var isGreen = (order is 1 or 2) != (oddColumn != oddRow);
                var isRed = (order is 0 or 1) != oddRow;
                values[i] = isGreen ? (ushort)30_000 : isRed ? (ushort)65_535 : (ushort)7;
            }

            using var colour = Decode(Create(Enum.Parse<PixelFormat>($"Bayer{name}16"), width, height, 0, data));
            for (var i = 0; i < values.Length; i++) Assert.Equal(new Vec3w(7, 30_000, 65_535), colour.At<Vec3w>(i / width, i % width));
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(97)]
    public void TryDecode_WidePlanes_AreTheirColours(int width)
    {
        var planes = Bytes(width * 2 * 3, null, seed: width);
        using var colour = Decode(Create(PixelFormat.Rgb8Planar, width, 2, 0, planes));
        for (var i = 0; i < width * 2; i++) Assert.Equal(new Vec3b(planes[i], planes[(width * 2) + i], planes[(width * 4) + i]), colour.At<Vec3b>(i / width, i % width));
    }

    [Fact]
    public void TryDecode_Planes_AreTheirColours()
    {
        byte[] planes = [1, 2, 9, 3, 4, 9, 11, 12, 9, 13, 14, 9, 21, 22, 9, 23, 24];
        using var colour = Decode(Create(PixelFormat.Rgb8Planar, 2, 2, 3, planes));
        Assert.Equal([new Vec3b(1, 11, 21), new(2, 12, 22), new(3, 13, 23), new(4, 14, 24)], new[] { (0, 0), (0, 1), (1, 0), (1, 1) }.Select(at => colour.At<Vec3b>(at.Item1, at.Item2)));
    }

    [Fact]
    public void TryPrepare_FloatAboveOne_SaysWhichRow()
    {
        float[] values = [0, 0.5f, 1, 2];
        var frame = Create(PixelFormat.Mono32F, 2, 2, 8, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Assert.False(FramePreparer.TryPrepare(frame, new InputSpec(2, 2, 1), null, out _, out var error));
        Assert.Contains("Row 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryPrepare_FaultInARowOfALargeFrame_IsFound()
    {
        var values = new float[64 * 100];
        values[(50 * 64) + 63] = 2;
        Assert.False(FramePreparer.TryPrepare(Create(PixelFormat.Mono32F, 64, 100, 0, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()), new InputSpec(16, 16, 1), null, out _, out var error));
        Assert.Contains("Row 50", error, StringComparison.Ordinal);

        var mosaic = new byte[64 * 100 * 2];
        mosaic[(99 * 64 * 2) + 1] = 0xFF;
        var frame = Create(PixelFormat.BayerRG16, 64, 100, 0, mosaic).AssumeBits(12);
        Assert.False(FramePreparer.TryPrepare(frame, new InputSpec(16, 16, 1), null, out _, out error));
        Assert.Contains("12 significant bits", error, StringComparison.Ordinal);
        Assert.True(FramePreparer.TryPrepare(frame, new InputSpec(16, 16, 1), new RegionOfInterest(0, 0, 64, 96), out var prepared, out error), error);
        prepared.Dispose();
    }

    [Theory]
    [InlineData(PixelFormat.Mono12P, 0, 10, "has 12")]
    [InlineData(PixelFormat.BayerRG16, 9, 0, "no multiple of 2")]
    [InlineData(PixelFormat.Mono32F, 18, 0, "no multiple of 4")]
    [InlineData(PixelFormat.Rgb8Planar, 4, 0, "has 48 bytes, but 64")]
    public void TryCreate_WhatTheFormatCannotHave_SaysSo(PixelFormat format, int stride, int bits, string part)
    {
        Assert.False(Frame.TryCreate(format, 4, 4, stride, new byte[64], DateTimeOffset.UnixEpoch, out _, out var error, bits));
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    private static Mat Decode(Frame frame)
    {
        var data = GCHandle.Alloc(frame.Data.ToArray(), GCHandleType.Pinned);
        try
        {
            // All of these formats are decoded into memory of their own.
            Assert.True(FrameDecoder.TryDecode(frame, data.AddrOfPinnedObject(), out var decoded, out var error), error);
            return decoded.Pixels;
        }
        finally
        {
            data.Free();
        }
    }

    private static Frame Create(PixelFormat format, int width, int height, int stride, byte[] data)
    {
        Assert.True(Frame.TryCreate(format, width, height, stride, data, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }

    private static void Pack(PixelFormat format, int bits, Span<byte> row, int x, int value)
    {
        if (format.ToString().EndsWith("Packed", StringComparison.Ordinal))
        {
            var low = bits - 8;
            row[(x / 2 * 3) + (x % 2 * 2)] = (byte)(value >> low);
            row[(x / 2 * 3) + 1] |= (byte)((value & ((1 << low) - 1)) << (x % 2 * 4));
            return;
        }

        for (var bit = 0; bit < bits; bit++) row[((x * bits) + bit) / 8] |= (byte)(((value >> bit) & 1) << (((x * bits) + bit) % 8));
    }

    private static int Bit(byte[] bytes, int at) => (bytes[at / 8] >> (at % 8)) & 1;

    private static byte[] Bytes(int count, byte? fill, int seed)
    {
        var bytes = new byte[count];
        if (fill is { } all) bytes.AsSpan().Fill(all);
        else new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
