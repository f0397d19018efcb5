using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Benchmarks.Unpacking;

/// <summary>What turning a camera's pixels into values costs, on one core, for each raw format that needs it; beside a copy of as many bytes.</summary>
internal static class UnpackingBenchmark
{
    private const int Width = 2448, Height = 2048;
    private static readonly InputSpec s_input = new(256, 256, 3);

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        Cv2.SetNumThreads(1);
        var table = new BenchmarkTable($"{Width} x {Height} pixels, one core", "format", "ms", "GB/s, read and written", "ms of a copy that reads and writes as much", "share of the copy", "ms to prepare for a model of 256 x 256 x 3");
        foreach (var format in Enum.GetValues<PixelFormat>().Where(format => format is not (PixelFormat.Unspecified or PixelFormat.Jpeg or PixelFormat.Png)))
        {
            var layout = PixelLayout.Of(format);
            if (!format.ToString().Contains(options.Only, StringComparison.OrdinalIgnoreCase) || (layout.Packing == PixelPacking.None && layout.Mosaic is null && layout.Planes == 1)) continue;
            var frame = FrameOf(format, layout);
            var bytes = GCHandle.Alloc(frame.Data.ToArray(), GCHandleType.Pinned);
            var pin = bytes.AddrOfPinnedObject();
            long written;
            using (var first = Decode(frame, pin)) written = first.Pixels.Total() * first.Pixels.ElemSize();
            var moved = frame.Data.Length + written;
            var (source, target) = (new byte[moved / 2], new byte[moved / 2]);
            var times = Stopwatching.Interleaved(options, () => Decode(frame, pin).Dispose(), () => source.CopyTo(target, 0), () => Prepare(frame));
            var (ms, copy) = (times[0].Median(), times[1].Median());
            bytes.Free();
            table.Add(format.ToString(), ms, moved / ms / 1e6, copy, copy / ms, times[2].Median());
        }

        return [table, ShrinkingBenchmark.Run(options)];
    }

    private static DecodedFrame Decode(Frame frame, IntPtr bytes) =>
        FrameDecoder.TryDecode(frame, bytes, out var decoded, out var error) ? decoded : throw new InvalidOperationException(error);

    private static void Prepare(Frame frame)
    {
        if (!FramePreparer.TryPrepare(frame, s_input, null, out var prepared, out var error)) throw new InvalidOperationException(error);
        prepared.Dispose();
    }

    private static Frame FrameOf(PixelFormat format, PixelLayout layout)
    {
        var bytes = new byte[layout.RowBytes(Width) * Height * layout.Planes];
        new Random(1).NextBytes(bytes);
        if (format is PixelFormat.Mono32F)
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            for (var i = 0; i < values.Length; i++) values[i] = bytes[i] / 255f;
        }

        return Frame.TryCreate(format, Width, Height, 0, bytes, DateTimeOffset.UnixEpoch, out var frame, out var error) ? frame : throw new InvalidOperationException(error);
    }
}
