using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Benchmarks.Aligning;

/// <summary>How exactly rendered parts are found whose place is known, how long that takes, and what normal frames of real sets say of being aligned.</summary>
internal static class AlignBenchmark
{
    private const int Trained = 40, Asked = 60;

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options) => options.Sets.Count > 0 ? [Real(options)] : options.Only == "judged" ? [Judged()] : [Rendered(options)];

    private static BenchmarkTable Rendered(BenchmarkOptions options)
    {
        var table = new BenchmarkTable(
            string.Create(CultureInfo.InvariantCulture, $"rendered parts, {Trained} to learn from, {Asked} to find, of them a third with a defect"),
            "frame", "shift, pixels", "turn, degrees", "not found", "error, pixels, median", "error, pixels, 95 %", "error, degrees, median", "error, degrees, 95 %", "ms a frame, median", "of the processor, mean");
        foreach (var (side, share, angle) in ((int, double, double)[])[(256, 0.05, 5), (256, 0.15, 15), (512, 0.05, 5), (512, 0.15, 15), (512, 0.1, 25), (2048, 0.1, 10)])
        {
            if (!string.Create(CultureInfo.InvariantCulture, $"{side}").Contains(options.Only, StringComparison.Ordinal)) continue;
            using var folder = new PartsFolder(side, share, angle, Trained);
            var alignment = AlignmentTraining.Choose(AlignChoice.On, folder.Files, default, out _)!;
            var input = new InputSpec(side, side, 1, Alignment: alignment);
            var (pixels, degrees, times) = (new List<double>(), new List<double>(), new List<double>());
            var (missing, truth, processor) = (0, folder.Truth(alignment), 0.0);
            for (var i = 0; i < Asked; i++)
            {
                var (frame, pose) = folder.Render(1000 + i, i % 3 == 0 ? (PartDefect)(i / 3 % 4) : null);
                using var process = Process.GetCurrentProcess();
                var (start, before) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
                var isFound = FramePreparer.TryPrepare(frame, input, null, out var prepared, out _);
                var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                process.Refresh();
                var ms = (process.TotalProcessorTime - before).TotalMilliseconds;
                if (!isFound)
                {
                    missing++;
                    continue;
                }

                using (prepared)
                {
                    using var plain = Prepared(frame, input with { Alignment = null }, out var alone);
                    times.Add(took - alone);
                    processor += ms;
                    var (shift, turn) = truth.Error(prepared!.View!.ToFrame, pose);
                    pixels.Add(shift);
                    degrees.Add(turn);
                }
            }

            table.Add(
                string.Create(CultureInfo.InvariantCulture, $"{side} x {side}"), share * side, angle, missing,
                pixels.Median(), Quantile(pixels), degrees.Median(), Quantile(degrees), times.Median(), processor / times.Count);
        }

        return table;
    }

    /// <summary>What a method that knows each place makes of parts that were moved, with and without.</summary>
    private static BenchmarkTable Judged()
    {
        const int side = 256, trained = 60, good = 40, perKind = 10;
        var table = new BenchmarkTable(
            string.Create(CultureInfo.InvariantCulture, $"rendered parts of {side} x {side}, moved by up to a tenth of the frame and 10 degrees, {trained} to learn from, {good} good and {4 * perKind} defective to judge, padim, fast"),
            "align", "image AUROC", "escapes, %", "false rejects, %", "not found");
        using var folder = new PartsFolder(side, 0.1, 10, trained);
        foreach (var align in (string[])["off", "on"])
        {
            var path = Path.Combine(folder.Root, $"{align}.alm");
            Trainer.Train(new TrainingRequest
            {
                Method = "padim",
                Preset = "fast",
                DataFolder = folder.Root,
                Output = path,
                Device = "cpu",
                Options = new Dictionary<string, string> { ["align"] = align },
            });
            using var model = ModelLoader.Load(path, "cpu");
            var scores = new List<(float Score, bool IsBad)>();
            var missing = 0;
            for (var i = 0; i < good + (4 * perKind); i++)
            {
                var isBad = i >= good;
                var (frame, _) = folder.Render(5000 + i, isBad ? (PartDefect)((i - good) / perKind) : null);
                if (FramePreparer.TryPrepare(frame, model.Input, null, out var prepared, out _))
                {
                    using (prepared) scores.Add((model.Detect([prepared])[0].Score, isBad));
                }
                else
                {
                    missing++;
                    scores.Add((float.PositiveInfinity, isBad));
                }
            }

            var wins = (from bad in scores where bad.IsBad from normal in scores where !normal.IsBad select bad.Score > normal.Score ? 1.0 : bad.Score == normal.Score ? 0.5 : 0).Average();
            var threshold = model.Manifest.Calibration.Threshold;
            table.Add(align, wins, 100 * scores.Where(s => s.IsBad).Average(s => s.Score > threshold ? 0 : 1), 100 * scores.Where(s => !s.IsBad).Average(s => s.Score > threshold ? 1 : 0), missing);
        }

        return table;
    }

    private static BenchmarkTable Real(BenchmarkOptions options)
    {
        var table = new BenchmarkTable("what normal frames say", "set, and what the model file says", "frames", "aligned", "seconds to find out");
        foreach (var set in options.Sets)
        {
            string[] files = [.. PartGroups.Of(DatasetFolder.Open(Path.Combine(options.Data, set)).TrainNormals).Parts.Select(p => p.Sample)];
            var start = Stopwatch.GetTimestamp();
            var alignment = AlignmentTraining.Choose(AlignChoice.Auto, files, default, out var note);
            table.Add($"{set}: {note}", files.Length, alignment is null ? 0 : 1, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return table;
    }

    private static PreparedFrame? Prepared(Frame frame, InputSpec input, out double ms)
    {
        var start = Stopwatch.GetTimestamp();
        FramePreparer.TryPrepare(frame, input, null, out var prepared, out _);
        ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return prepared;
    }

    private static double Quantile(List<double> values) => values.Order().ElementAt((int)(0.95 * values.Count));
}
