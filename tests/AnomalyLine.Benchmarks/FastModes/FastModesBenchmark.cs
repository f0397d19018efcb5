using System.Diagnostics;
using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;

namespace AnomalyLine.Benchmarks.FastModes;

/// <summary>
/// What a faster way to judge costs: the same test frames judged by a trained model the faithful way and the fast way, in float32 and in bfloat16, or by two models whose modes
/// differ in training.
/// </summary>
internal static class FastModesBenchmark
{
    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        var data = DatasetFolder.Open(options.Data);
        var table = new BenchmarkTable(
            $"{Path.GetFileName(options.Model)} on {data.Name}: {data.TestFrames.Count} test frames one at a time, {TorchEngine.Threads} threads",
            "mode", "image AUROC", "pixel AUROC", "correlation of the maps with the first", "largest change of a place, part of the largest", "of a score", "ms a frame, median");
        Judged? first = null;
        foreach (var mode in JudgingMode.Of(options))
        {
            using var model = mode.Load();
            var judged = Judge(model, data);
            first ??= judged;
            table.Add(
                mode.Name, judged.ImageAuroc, judged.PixelAuroc, Statistics.Correlation(first.Maps, judged.Maps), Difference(first.Maps, judged.Maps), Difference(first.Scores, judged.Scores), judged.Milliseconds);
        }

        return [table];
    }

    private static Judged Judge(AnomalyModel model, DatasetFolder data)
    {
        var (scores, maps, times) = (new List<float>(), new List<float>(), new List<double>());
        var pixels = new PixelScores();
        foreach (var frame in data.TestFrames)
        {
            using var prepared = ClipFile.Prepare(frame.Path, model.Input);
            if (times.Count == 0) model.Detect([prepared]);
            var start = Stopwatch.GetTimestamp();
            var (map, score) = model.Detect([prepared])[0];
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            scores.Add(score);
            maps.AddRange(map.Values);
            if (frame.IsNormal || frame.MaskPath is not null)
                pixels.Add(map.Values, frame.MaskPath is null ? [] : MaskFile.Read(frame.MaskPath, map.Width, map.Height), map.Width);
        }

        bool[] anomalous = [.. data.TestFrames.Select(f => !f.IsNormal)];
        return new Judged([.. maps], [.. scores], Auroc.Of([.. scores], anomalous), pixels.Auroc(), times.Median());
    }

    /// <summary>NaN where the maps differ in size.</summary>
    private static double Difference(float[] one, float[] other) =>
        one.Length == other.Length ? one.Zip(other, (a, b) => Math.Abs(a - (double)b)).Max() / one.Max(Math.Abs) : double.NaN;

    private sealed record Judged(float[] Maps, float[] Scores, double ImageAuroc, double PixelAuroc, double Milliseconds);
}
