using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Decoding;
using OpenCvSharp;

namespace AnomalyLine.Benchmarks.Decoding;

/// <summary>What decoding files in processes of their own costs, beside decoding in the same process: the frame is prepared for a model of 256 x 256 in both.</summary>
internal static class DecodingBenchmark
{
    private static readonly InputSpec s_input = new(256, 256, 3);

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        var table = new BenchmarkTable("One file after another, then two at a time; JPEG of quality 90 and PNG, colour", "file, pixels", "here, ms p50", "apart, ms p50", "here, p99", "apart, p99", "here, files/s by 2", "apart, files/s by 2");
        var program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Benchmarks.dll")] : [];
        using var pool = new DecoderPool(program, arguments, 2, Frame.MaxBytes, TimeSpan.FromMinutes(1), reason => throw new InvalidOperationException(reason));
        foreach (var extension in (string[])[".jpg", ".png"])
        {
            foreach (var (width, height) in ((int, int)[])[(256, 256), (1280, 1024), (2592, 1944), (5472, 3648)])
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{extension[1..]}, {width} x {height}");
                if (!name.Contains(options.Only, StringComparison.Ordinal)) continue;
                var file = FileOf(extension, width, height);
                var (here, apart) = (new List<double>(), new List<double>());
                var (hereRate, apartRate) = (new List<double>(), new List<double>());
                for (var round = 0; round <= options.Rounds; round++)
                {
                    var (h, a) = (Measure(() => Here(file), options.Seconds), Measure(() => Apart(pool, file), options.Seconds));
                    var (hr, ar) = (Rate(() => Here(file), options.Seconds), Rate(() => Apart(pool, file), options.Seconds));

                    // The first round warms up.
                    if (round == 0) continue;
                    here.AddRange(h);
                    apart.AddRange(a);
                    hereRate.Add(hr);
                    apartRate.Add(ar);
                }

                table.Add(name, here.Median(), apart.Median(), here.Quantile(0.99), apart.Quantile(0.99), hereRate.Median(), apartRate.Median());
            }
        }

        return [table];
    }

    private static List<double> Measure(Action once, double seconds)
    {
        var times = new List<double>();
        for (var start = Stopwatch.GetTimestamp(); times.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            var before = Stopwatch.GetTimestamp();
            once();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        return times;
    }

    private static double Rate(Action once, double seconds)
    {
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                once();
                Interlocked.Increment(ref count);
            }
        });
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Here(Frame file)
    {
        if (!FramePreparer.TryPrepare(file, s_input, null, out var prepared, out var error)) throw new InvalidOperationException(error);
        prepared.Dispose();
    }

    private static void Apart(DecoderPool pool, Frame file)
    {
        if (!pool.TryDecode(file, out var pixels, out var error)) throw new InvalidOperationException(error);
        Here(pixels);
        pixels.Recycle();
    }

    private static Frame FileOf(string extension, int width, int height)
    {
        using var small = new Mat(height / 8, width / 8, MatType.CV_8UC3);
        Cv2.Randu(small, Scalar.All(60), Scalar.All(200));
        using var picture = new Mat();
        Cv2.Resize(small, picture, new Size(width, height), 0, 0, InterpolationFlags.Cubic);
        Cv2.ImEncode(extension, picture, out var bytes, extension == ".jpg" ? [(int)ImwriteFlags.JpegQuality, 90] : []);
        return Frame.TryCreate(extension == ".jpg" ? PixelFormat.Jpeg : PixelFormat.Png, 0, 0, 0, bytes, DateTimeOffset.UnixEpoch, out var frame, out var error)
            ? frame : throw new InvalidOperationException(error);
    }
}
