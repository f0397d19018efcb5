using System.Text.Json;
using AnomalyLine.Evaluation;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Tuning;

namespace AnomalyLine.Benchmarks.Quality;

/// <summary>
/// How well <see cref="Tuner"/>, which never sees a test folder, chooses for real sets: each of its trials is evaluated on the test folder afterwards. The rows of a set are kept in a file as soon as they
/// are there.
/// </summary>
internal static class TuneBenchmark
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        var done = File.Exists(options.Results) ? File.ReadLines(options.Results).Select(line => JsonSerializer.Deserialize<TuneRow>(line, Json)!).ToList() : [];
        foreach (var set in options.Sets.Where(set => !done.Exists(row => row.IsOf(set, options))))
        {
            var rows = Measure(options, set);
            done.AddRange(rows);
            if (options.Results.Length > 0) File.AppendAllLines(options.Results, rows.Select(row => JsonSerializer.Serialize(row, Json)));
        }

        return [.. options.Sets.Select(set => Table(set, [.. done.Where(row => row.IsOf(set, options))], options))];
    }

    private static List<TuneRow> Measure(BenchmarkOptions options, string set)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-tune-");
        try
        {
            var data = DatasetFolder.Open(Path.Combine(options.Data, set));
            var request = new TuningRequest
            {
                DataFolder = Path.Combine(options.Data, set),
                Output = Path.Combine(folder.FullName, "chosen.alm"),
                MaxTime = TimeSpan.FromMinutes(options.Minutes),
                TrialFolder = folder.FullName,
            };
            var result = Tuner.Tune(request, new Told(), new ProcessorTime(TorchEngine.Threads));
            Console.Error.WriteLine($"{set}: {result.Reason} {result.Elapsed.TotalMinutes:0.0} minutes");
            var rows = new List<TuneRow>();
            foreach (var trial in result.Trials)
            {
                var truth = trial.ModelPath is { } path ? Evaluate(path, data) : null;
                rows.Add(new TuneRow(
                    set, options.Minutes, trial.Round, trial.Method, trial.Preset, trial.MsPerFrame, trial.Minutes, trial.Score?.ImageAuroc, trial.Score?.PixelAuroc, trial.IsChosen, trial.Note,
                    truth?.ImageAuroc, truth?.PixelAuroc, truth?.Aupro));
                Console.Error.WriteLine(rows[^1]);
            }

            return rows;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static EvaluationResult Evaluate(string path, DatasetFolder data)
    {
        using var model = ModelLoader.Load(path);
        return QualityBenchmark.Evaluate(model, data);
    }

    private static BenchmarkTable Table(string set, IReadOnlyList<TuneRow> rows, BenchmarkOptions options)
    {
        var ranked = rows.Where(row => row.ImageAuroc is not null).ToArray();
        var table = new BenchmarkTable(
            $"{set}, tune within {options.Minutes} minutes, {TorchEngine.Threads} threads, seed 1; rank correlation of planted with true image AUROC over {ranked.Length} trials: {Agreement(ranked):0.00}",
            "trial", "ms a frame", "minutes", "planted, image", "planted, pixel", "image AUROC", "pixel AUROC", "AU-PRO");
        foreach (var row in rows)
        {
            table.Add(
                row.Round == 0 ? $"{row.Method}, {row.Preset}: {row.Note}" : $"{row.Method}, {row.Preset}, round {row.Round}{(row.IsChosen ? ", chosen" : "")}", row.MsPerFrame, row.Minutes,
                row.PlantedImageAuroc ?? double.NaN, row.PlantedPixelAuroc ?? double.NaN, row.ImageAuroc ?? double.NaN, row.PixelAuroc ?? double.NaN, row.Aupro ?? double.NaN);
        }

        return table;
    }

    /// <summary>Spearman's rank correlation of what trials are ranked by with their true image AUROC.</summary>
    private static double Agreement(TuneRow[] rows) =>
        Statistics.Correlation(Ranks(rows, row => (row.PlantedImageAuroc!.Value + row.PlantedPixelAuroc!.Value) / 2), Ranks(rows, row => row.ImageAuroc!.Value));

    /// <summary>Places from the lowest; equal values share the mean of theirs.</summary>
    private static double[] Ranks(TuneRow[] rows, Func<TuneRow, double> value)
    {
        var values = rows.Select(value).ToArray();
        return [.. values.Select(v => values.Count(other => other < v) + ((values.Count(other => other.Equals(v)) - 1) / 2.0))];
    }

    private sealed class Told : IProgress<TuningProgress>
    {
        private string _last = "";

        public void Report(TuningProgress value)
        {
            var what = value.Text.Split(':')[0];
            if (what != _last) Console.Error.WriteLine($"{value.Done:0 %} {what}");
            _last = what;
        }
    }
}
