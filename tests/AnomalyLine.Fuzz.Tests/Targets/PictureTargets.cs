using System.Buffers.Binary;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Imaging.Png;
using OpenCvSharp;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>Frames and pictures.</summary>
internal static class PictureTargets
{
    /// <summary>A server's own limit may be as low as this; pictures of the seeds are far below.</summary>
    private const int MostFrameBytes = 1 << 20;

    private static readonly InputSpec s_input = new(16, 16, 3);

    public static IReadOnlyList<Func<FuzzTarget>> All =>
    [
        static () => new Sent("frame, PNG", PixelFormat.Png, Files(".png", MatType.CV_8UC1, MatType.CV_8UC3, MatType.CV_16UC1, MatType.CV_8UC4)),
        static () => new Sent("frame, JPEG", PixelFormat.Jpeg, [.. Files(".jpg", MatType.CV_8UC1, MatType.CV_8UC3), Progressive()]),
        static () => new Raw(),
        static () => new ImageFile("file, BMP", Files(".bmp", MatType.CV_8UC1, MatType.CV_8UC3)),
        static () => new ImageFile("file, TIFF", Files(".tiff", MatType.CV_8UC1, MatType.CV_8UC3, MatType.CV_16UC1)),
        static () => new ImageFile("file, WebP", Files(".webp", MatType.CV_8UC3)),
        static () => new ImageFile("file, PGM and PPM", [.. Files(".pgm", MatType.CV_8UC1, MatType.CV_16UC1), .. Files(".ppm", MatType.CV_8UC3)]),
        static () => new Mask(),
    ];

    private static IReadOnlyList<byte[]> Files(string extension, params MatType[] types) => [.. types.Select(type => File(extension, type))];

    private static byte[] File(string extension, MatType type, params int[] settings)
    {
        using var picture = new Mat(24, 32, type);
        Cv2.Randu(picture, Scalar.All(0), Scalar.All(type.Depth == MatType.CV_16U ? 4095 : 255));
        Cv2.Circle(picture, 12, 12, 6, Scalar.All(200), -1);
        Cv2.ImEncode(extension, picture, out var file, settings);
        return file;
    }

    private static byte[] Progressive() => File(".jpg", MatType.CV_8UC3, (int)ImwriteFlags.JpegProgressive, 1, (int)ImwriteFlags.JpegRstInterval, 2);

    private static bool Prepare(Frame frame, RegionOfInterest? region = null)
    {
        if (!FramePreparer.TryPrepare(frame, s_input, region, out var prepared, out _)) return false;
        prepared.Dispose();
        return true;
    }

    /// <summary>Each chunk of a PNG file gets the checksum of its bytes.</summary>
    public static byte[] RepairPng(byte[] input)
    {
        for (var at = 8L; at + 12 <= input.Length;)
        {
            var chunk = input.AsSpan((int)at);
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length + 12L > chunk.Length) break;
            BinaryPrimitives.WriteUInt32BigEndian(chunk[((int)length + 8)..], PngChecksums.Of(chunk.Slice(4, (int)length + 4)));
            at += 12L + length;
        }

        return input;
    }

    /// <summary>What a camera sends as a file.</summary>
    private sealed class Sent(string name, PixelFormat format, IReadOnlyList<byte[]> seeds) : FuzzTarget(name)
    {
        public override IReadOnlyList<byte[]> Seeds => seeds;

        public override IReadOnlyList<byte[]> Words => format is PixelFormat.Png
            ? Texts("IHDR", "IDAT", "IEND", "PLTE", "tRNS", "tEXtSignificantBits\0" + "12", "sBIT", "iCCP", "gAMA", "acTL", "fdAT", "eXIf")
            : [[0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC4], [0xFF, 0xDA], [0xFF, 0xDB], [0xFF, 0xDD], [0xFF, 0xD0], [0xFF, 0xE1], [0xFF, 0xDC], [0xFF, 0x00]];

        public override byte[] Repair(byte[] input) => format is PixelFormat.Png ? RepairPng(input) : input;

        public override bool Run(byte[] input)
        {
            return Frame.TryCreate(format, 0, 0, 0, input, DateTimeOffset.UnixEpoch, out var frame, out _, 0, MostFrameBytes) && Prepare(frame);
        }
    }

    /// <summary>Pixels with a head of numbers as they come in a message.</summary>
    private sealed class Raw() : FuzzTarget("frame, raw")
    {
        private const int Head = 32;

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            Seed(PixelFormat.Mono8, 16, 16, 0, 0, 256), Seed(PixelFormat.Mono16, 16, 16, 32, 12, 512), Seed(PixelFormat.Bgr8, 16, 16, 48, 0, 768), Seed(PixelFormat.BayerRG8, 16, 16, 0, 0, 256),
            Seed(PixelFormat.Rgb16, 8, 8, 48, 10, 384), Seed(PixelFormat.Mono8, 16, 16, 20, 0, 316),
        ];

        public override bool Run(byte[] input)
        {
            if (input.Length < Head) return false;
            int Number(int place) => BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(4 * place));
            if (!Frame.TryCreate((PixelFormat)Number(0), Number(1), Number(2), Number(3), input.AsMemory(Head), DateTimeOffset.UnixEpoch, out var frame, out _, Number(4), MostFrameBytes)) return false;
            var isRead = Prepare(frame);
            Prepare(frame, new RegionOfInterest(Number(5), Number(6), Number(7), Number(7)));
            return isRead;
        }

        private static byte[] Seed(PixelFormat format, int width, int height, int stride, int bits, int bytes)
        {
            var seed = new byte[Head + bytes];
            var place = 0;
            foreach (var number in (int[])[(int)format, width, height, stride, bits, 2, 2, 8]) BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(4 * place++), number);
            for (var i = 0; i < bytes; i++) seed[Head + i] = (byte)(i % 2 == 0 || bits == 0 ? i : i & 3);
            return seed;
        }
    }

    /// <summary>What people train on and import.</summary>
    private sealed class ImageFile(string name, IReadOnlyList<byte[]> seeds) : FuzzTarget(name)
    {
        public override IReadOnlyList<byte[]> Seeds => seeds;

        /// <summary>A file may declare 256 MiB of pixels, as one on disk may have them; what is decoded is copied once.</summary>
        public override long MostBytes => Frame.MaxBytes + (16L << 20);

        public override bool Run(byte[] input)
        {
            // Beyond this the time goes to pixels, not to the parser.
            return ImageHeader.Check(input, 16 << 20) is null && Reads<DatasetException>(() => RawFrames.Decode(input, "file", DateTimeOffset.UnixEpoch, 0));
        }
    }

    private sealed class Mask() : FuzzTarget("mask")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = [.. Files(".png", MatType.CV_8UC1, MatType.CV_8UC4, MatType.CV_16UC1), .. Files(".bmp", MatType.CV_8UC3), .. Files(".jpg", MatType.CV_8UC1)];

        public override bool Run(byte[] input)
        {
            if (ImageHeader.Check(input, 16 << 20) is not null) return false;
            var path = Folder["mask"];
            System.IO.File.WriteAllBytes(path, input);
            return Reads<DatasetException>(() => MaskFile.Read(path, 16, 16, null, null, out _));
        }
    }
}
