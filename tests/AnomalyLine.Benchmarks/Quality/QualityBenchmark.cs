using System.Text.Json;
using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Benchmarks.Quality;

/// <summary>
/// How well each method tells normal from anomalous on real sets: trains, evaluates, and keeps each row in a file as soon as it is there, so that a run that was stopped
/// goes on where it was.
/// </summary>
internal static class QualityBenchmark
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        var done = File.Exists(options.Results)
            ? File.ReadLines(options.Results).Select(line => JsonSerializer.Deserialize<QualityRow>(line, Json)!).ToList()
            : [];
        foreach (var set in options.Sets)
        {
            foreach (var method in MethodCatalog.All.Where(m => m.Name.Contains(options.Only, StringComparison.Ordinal)))
            {
                if (done.Any(r => r.IsOf(set, method.Name, options))) continue;
                var row = Measure(options, set, method.Name);
                done.Add(row);
                if (options.Results.Length > 0) File.AppendAllText(options.Results, JsonSerializer.Serialize(row, Json) + "\n");
                Console.Error.WriteLine(row);
            }
        }

        return [.. options.Sets.Select(set => Table(set, options, done))];
    }

    private static QualityRow Measure(BenchmarkOptions options, string set, string method)
    {
        var folder = Path.Combine(options.Data, set);
        var file = Path.Combine(Path.GetTempPath(), $"quality-{Guid.NewGuid():N}.alm");
        try
        {
            var trained = Trainer.Train(new TrainingRequest
            {
                Method = method, DataFolder = folder, Output = file, Preset = options.Preset, MaxTime = options.Minutes > 0 ? TimeSpan.FromMinutes(options.Minutes) : null,
            });
            using var model = AnomalyModel.Load(file);
            var result = Evaluator.Evaluate(model, new EvaluationSubject(method, model.DeviceName, model.Manifest.Calibration), DatasetFolder.Open(folder));
            return new QualityRow(
                set, method, options.Preset, options.Minutes, trained.Manifest.Metrics["trainingMinutes"], (int)trained.Manifest.Metrics["epochs"], result.ImageAuroc, result.PixelAuroc, result.Aupro,
                result.FalseRejectRate, result.EscapeRate, result.MsPerFrame, 1000 / result.FramesPerSecond);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static BenchmarkTable Table(string set, BenchmarkOptions options, IEnumerable<QualityRow> rows)
    {
        var table = new BenchmarkTable(
            $"{set}, preset {options.Preset}, {(options.Minutes > 0 ? $"at most {options.Minutes} minutes of training" : "its own schedule")}, {TorchEngine.Threads} threads, seed 1",
            "method", "minutes", "epochs", "image AUROC", "pixel AUROC", "AU-PRO", "false rejects", "escapes", "ms a frame, batch 1", "ms a frame, batch 8");
        foreach (var r in MethodCatalog.All.Select(m => rows.FirstOrDefault(r => r.IsOf(set, m.Name, options))).OfType<QualityRow>())
        {
            table.Add(
                r.Method, r.TrainingMinutes, r.Epochs, r.ImageAuroc ?? double.NaN, r.PixelAuroc ?? double.NaN, r.Aupro ?? double.NaN, r.FalseRejectRate ?? double.NaN, r.EscapeRate ?? double.NaN,
                r.MsPerFrame, r.MsPerFrameInBatches);
        }

        return table;
    }
}
