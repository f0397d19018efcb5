using AnomalyLine.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Benchmarks.Unpacking;

/// <summary>What making a frame as small as a model's input costs, on one core: here, by OpenCV's area interpolation, and a copy of the frame.</summary>
internal static class ShrinkingBenchmark
{
    private static readonly (int Width, int Height, MatType Type, int NewWidth, int NewHeight)[] s_cases =
    [
        (1280, 1024, MatType.CV_8UC1, 256, 256), (1280, 1024, MatType.CV_8UC3, 256, 256), (1280, 1024, MatType.CV_8UC1, 224, 224), (1280, 1024, MatType.CV_8UC3, 320, 256),
        (2448, 2048, MatType.CV_8UC1, 256, 256), (2448, 2048, MatType.CV_8UC3, 256, 256), (2448, 2048, MatType.CV_16UC1, 256, 256), (2448, 2048, MatType.CV_16UC3, 256, 256),
        (6000, 4000, MatType.CV_8UC1, 256, 256), (6000, 4000, MatType.CV_8UC3, 256, 256), (6000, 4000, MatType.CV_8UC1, 768, 512), (300, 300, MatType.CV_8UC1, 256, 256),
    ];

    public static BenchmarkTable Run(BenchmarkOptions options)
    {
        Cv2.SetNumThreads(1);
        var table = new BenchmarkTable("Made smaller by area averaging, one core", "frame", "ms", "OpenCV, ms", "of OpenCV's time", "a copy of the frame, ms");
        foreach (var (width, height, type, newWidth, newHeight) in s_cases)
        {
            var name = FormattableString.Invariant($"{width} x {height}, {type} to {newWidth} x {newHeight}");
            if (!name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)) continue;
            using var frame = new Mat(height, width, type);
            Cv2.Randu(frame, Scalar.All(0), Scalar.All(256));
            using var small = new Mat();
            using var copy = new Mat();
            var size = new Size(newWidth, newHeight);
            var times = Stopwatching.Interleaved(
                options, () => AreaMean.Resize(frame, small, size), () => Cv2.Resize(frame, small, size, 0, 0, InterpolationFlags.Area), () => frame.CopyTo(copy));
            table.Add(name, times[0].Median(), times[1].Median(), times[0].Median() / times[1].Median(), times[2].Median());
        }

        return table;
    }
}
