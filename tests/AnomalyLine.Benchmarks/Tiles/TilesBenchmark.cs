using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Benchmarks.Tiles;

/// <summary>
/// Specks of 4 x 4 pixels on parts of 20 megapixels that are drawn here: what is found in one look at the frame and by tiles, what a frame takes beside its tiles judged as plain frames, and memory.
/// </summary>
internal static class TilesBenchmark
{
    private const int Width = 5120, Height = 4096, Trained = 25, Good = 10, Bad = 10, Speck = 4;

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        var table = new BenchmarkTable(
            string.Create(CultureInfo.InvariantCulture, $"{Width} x {Height} grey, {Trained} normal frames to learn from, {Good} good and {Bad} with a speck of {Speck} x {Speck}"),
            "model", "tiles", "image AUROC", "found above the threshold, %", "false rejects, %", "ms a frame, median", "of its tiles alone, ms", "memory, MiB");
        using var folder = new Folder();
        Directory.CreateDirectory(folder.Of("train", "good"));
        for (var i = 0; i < Trained; i++) Draw(i, null, folder.Of("train", "good", string.Create(CultureInfo.InvariantCulture, $"{i}.png")));
        foreach (var method in (string[])["patchcore", "dinomaly"])
        {
            foreach (var smallest in (int[])[0, Speck])
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{method}, smallest defect {(smallest == 0 ? "not said" : $"{smallest} pixels")}");
                if (!name.Contains(options.Only, StringComparison.Ordinal)) continue;
                var path = folder.Of("part.alm");
                Trainer.Train(new TrainingRequest
                {
                    Method = method,
                    Preset = options.Preset,
                    DataFolder = folder.Path,
                    Output = path,
                    Device = "cpu",
                    Calibration = CalibrationKind.Conformal,
                    Options = new Dictionary<string, string> { ["smallestDefect"] = smallest.ToString(CultureInfo.InvariantCulture) },
                });
                using var model = ModelLoader.Load(path, "cpu");
                var (scores, times) = (new List<(float Score, bool IsBad)>(), new List<double>());
                for (var i = 0; i < Good + Bad; i++)
                {
                    var file = folder.Of("frame.png");
                    Draw(1000 + i, i < Good ? null : new Random(i), file);
                    using var prepared = ClipFile.Prepare(file, model.Input);
                    var before = Stopwatch.GetTimestamp();
                    scores.Add((model.Detect([prepared])[0].Score, i >= Good));
                    times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
                }

                var wins = (from bad in scores where bad.IsBad from good in scores where !good.IsBad select bad.Score > good.Score ? 1.0 : bad.Score == good.Score ? 0.5 : 0).Average();
                var threshold = model.Manifest.Calibration.Threshold;
                var tiles = model.Input.Tiles?.Count ?? 1;
                table.Add(
                    name, tiles, wins, 100 * scores.Where(s => s.IsBad).Average(s => s.Score > threshold ? 1 : 0), 100 * scores.Where(s => !s.IsBad).Average(s => s.Score > threshold ? 1 : 0),
                    times.Median(), tiles * Alone(options, folder, method, model.Input.ForNetwork()), Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
            }
        }

        return [table];
    }

    /// <summary>What a frame of a tile's size takes in batches of as many as tiles go through the network at once, ms.</summary>
    private static double Alone(BenchmarkOptions options, Folder folder, string method, InputSpec tile)
    {
        var (small, path) = (folder.Of("small"), folder.Of("small.alm"));
        Directory.CreateDirectory(Path.Combine(small, "train", "good"));
        using (var frame = Cv2.ImRead(folder.Of("train", "good", "0.png"), ImreadModes.Unchanged))
        {
            for (var i = 0; i < 10; i++)
            {
                using var cut = frame.SubMat(new Rect(300 * i, 200 * i, tile.Width, tile.Height));
                Cv2.ImWrite(Path.Combine(small, "train", "good", string.Create(CultureInfo.InvariantCulture, $"{i}.png")), cut);
            }
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"{tile.Width}x{tile.Height}");
        Trainer.Train(new TrainingRequest
        {
            Method = method,
            Preset = options.Preset,
            DataFolder = small,
            Output = path,
            Device = "cpu",
            Epochs = 1,
            Calibration = CalibrationKind.Conformal,
            Options = new Dictionary<string, string> { ["size"] = size },
        });
        using var model = ModelLoader.Load(path, "cpu");
        var prepared = Enumerable.Range(0, 8).Select(i => ClipFile.Prepare(Path.Combine(small, "train", "good", string.Create(CultureInfo.InvariantCulture, $"{i}.png")), model.Input)).ToArray();
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var before = Stopwatch.GetTimestamp();
            model.Detect(prepared);
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds / prepared.Length);
        }

        foreach (var frame in prepared) frame.Dispose();
        return times.Median();
    }

    /// <summary>A brushed surface with a wide gradient and noise of a sensor, and with a dark speck at a random place.</summary>
    private static void Draw(int seed, Random? speck, string path)
    {
        var rng = new RNG((ulong)(seed + 1));
        using var lines = new Mat(Height, Width, MatType.CV_32FC1);
        rng.Fill(lines, DistributionType.Normal, new Scalar(0), new Scalar(20));
        Cv2.Blur(lines, lines, new Size(41, 1));
        using var noise = new Mat(Height, Width, MatType.CV_32FC1);
        rng.Fill(noise, DistributionType.Normal, new Scalar(130 + (seed % 7)), new Scalar(2.5));
        using var sum = new Mat();
        Cv2.Add(lines, noise, sum);
        using var part = new Mat();
        sum.ConvertTo(part, MatType.CV_8UC1);
        if (speck is not null) Cv2.Rectangle(part, new Rect(speck.Next(Width - Speck), speck.Next(Height - Speck), Speck, Speck), Scalar.All(85), -1);
        Cv2.ImWrite(path, part, new ImageEncodingParam(ImwriteFlags.PngCompression, 1));
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("anomalyline-tiles-").FullName;

        public string Of(params string[] names) => System.IO.Path.Combine([Path, .. names]);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
