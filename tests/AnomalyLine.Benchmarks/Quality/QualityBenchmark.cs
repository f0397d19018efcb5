using System.Text.Json;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Evaluation;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;
using static TorchSharp.torch;

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
            var request = new TrainingRequest
            {
                Method = method,
                DataFolder = folder,
                Output = file,
                Preset = options.Preset,
                Options = options.Settings.Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal),
                MaxTime = options.Minutes > 0 ? TimeSpan.FromMinutes(options.Minutes) : null,
            };
            var trained = Trainer.Train(request, time: new ProcessorTime(TorchEngine.Threads));
            using var model = ModelLoader.Load(file);
            var data = DatasetFolder.Open(folder);
            var result = Evaluate(model, data);
            var split = NormalSplit.Of(PartGroups.Of(data.TrainNormals), request.Seed, request.HeldOut, validate: false);

            // A model that is calibrated across has learnt from all normals, and has maps of one kind.
            var isSplit = trained.Manifest.Calibration.Kind != CalibrationKind.Cross;
            var planted = isSplit ? new SyntheticTest(split.HeldOut).Measure(model, CancellationToken.None) : null;
            using var other = MethodCatalog.Find(method)!.Presets[options.Preset].CanNormalise ? OtherMaps(file, split.Trained) : null;
            var otherwise = other is null ? null : Evaluate(other, data);
            return new QualityRow(
                set, method, options.Preset, options.Minutes, trained.Manifest.Metrics["trainingMinutes"], (int)trained.Manifest.Metrics["epochs"], result.ImageAuroc, result.PixelAuroc, result.Aupro,
                result.FalseRejectRate, result.EscapeRate, result.MsPerFrame, 1000 / result.FramesPerSecond,
                planted?.ImageAuroc, planted?.PixelAuroc, trained.Manifest.Options["normalise"]!.GetValue<bool>(), otherwise?.ImageAuroc, otherwise?.PixelAuroc, string.Join(' ', options.Settings));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The model on the set's test folders, at its own threshold.</summary>
    public static EvaluationResult Evaluate(AnomalyModel model, DatasetFolder data) =>
        Evaluator.Evaluate(model, new EvaluationSubject(model.Manifest.Method, model.DeviceName, model.Manifest.Calibration), data);

    /// <summary>The same weights, with maps measured against normal frames where the file takes them plain, and plain where it measures them.</summary>
    private static AnomalyModel OtherMaps(string file, IReadOnlyList<string> trained)
    {
        var (manifest, _, files) = ModelFile.Read(file);
        var descriptor = MethodCatalog.Find(manifest.Method)!;
        var options = OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType());
        using var scope = NewDisposeScope();
        var method = descriptor.Create(options);
        SafeTensors.Read(method.Network, files[ModelFile.WeightsName]);
        method.Network.eval();
        using var frames = new TrainingFrames(trained, options, seed: 1, CancellationToken.None);
        return new AnomalyModel(method, manifest, "other", new FrameStaging(options.Input, CPU), options.Normalise ? null : PixelwiseNormalizer.Of(method, frames.Batches(CPU, CancellationToken.None), CPU));
    }

    private static BenchmarkTable Table(string set, BenchmarkOptions options, IEnumerable<QualityRow> rows)
    {
        var table = new BenchmarkTable(
            $"{set}, preset {options.Preset}{string.Concat(options.Settings.Select(s => " " + s))}, {(options.Minutes > 0 ? $"at most {options.Minutes} minutes of training" : "its own schedule")}, {TorchEngine.Threads} threads, seed 1",
            "method", "minutes", "epochs", "image AUROC", "pixel AUROC", "AU-PRO", "false rejects", "escapes", "ms a frame, batch 1", "ms a frame, batch 8", "planted, image", "planted, pixel", "plain maps, image", "plain maps, pixel", "measured maps, image", "measured maps, pixel");
        foreach (var r in MethodCatalog.All.Select(m => rows.FirstOrDefault(r => r.IsOf(set, m.Name, options))).OfType<QualityRow>())
        {
            table.Add(
                r.Method, r.TrainingMinutes, r.Epochs, r.ImageAuroc ?? double.NaN, r.PixelAuroc ?? double.NaN, r.Aupro ?? double.NaN, r.FalseRejectRate ?? double.NaN, r.EscapeRate ?? double.NaN,
                r.MsPerFrame, r.MsPerFrameInBatches, r.PlantedImageAuroc ?? double.NaN, r.PlantedPixelAuroc ?? double.NaN,
                Value(r, normalised: false).Image, Value(r, normalised: false).Pixel, Value(r, normalised: true).Image, Value(r, normalised: true).Pixel);
        }

        return table;
    }

    private static (double Image, double Pixel) Value(QualityRow row, bool normalised) => row.Normalised == normalised
        ? (row.ImageAuroc ?? double.NaN, row.PixelAuroc ?? double.NaN)
        : (row.OtherImageAuroc ?? double.NaN, row.OtherPixelAuroc ?? double.NaN);
}
