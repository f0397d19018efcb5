using System.Collections.Concurrent;
using AnomalyLine.Demo;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>Each method trained once on rendered parts, for all tests that need one.</summary>
public sealed class TrainedMethods : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<Trained>> _trained = new();

    public TrainedMethods()
    {
        SyntheticParts.WriteDataset(_folder["parts"], trainCount: 40, testNormals: 6, testPerDefect: 1, seed: 5, width: 128, height: 128);

        // The metal's grain is random; a network needs minutes of training before it averages it out, more than a test should take.
        foreach (var path in Directory.EnumerateFiles(_folder["parts"], "*.png", SearchOption.AllDirectories).Where(p => !p.Contains("ground_truth", StringComparison.Ordinal)))
        {
            using var picture = Cv2.ImRead(path);
            Cv2.GaussianBlur(picture, picture, new Size(0, 0), 2.5);
            Cv2.ImWrite(path, picture);
        }
    }

    public string DataFolder => _folder["parts"];

    public Trained Of(string method) => _trained.GetOrAdd(method, m => new Lazy<Trained>(() => Train(m))).Value;

    public Trained Train(string method, int seed = 3, int? epochs = null)
    {
        var descriptor = MethodCatalog.Find(method)!;
        var losses = new List<double>();
        var small = OptionsJson.Write(SmallPresets.Of(descriptor));
        var request = new TrainingRequest
        {
            Method = method,
            DataFolder = DataFolder,
            Output = _folder[$"{method}-{Guid.NewGuid():N}.alm"],
            Preset = "fast",
            Seed = seed,
            Epochs = epochs,
            Device = "cpu",
            Options = small.ToDictionary(o => o.Key, o => o.Value!.ToJsonString().Trim('"', '[', ']')),
        };
        var result = Trainer.Train(request, new Listener(p => losses.Add(p.Loss)), cancel: TestContext.Current.CancellationToken);
        return new Trained(result, [.. losses.Where(double.IsFinite)]);
    }

    internal static PreparedFrame Prepare(string path, InputSpec input) => TrainingFrames.Prepare(path, input);

    public void Dispose() => _folder.Dispose();

    public sealed record Trained(TrainingResult Result, IReadOnlyList<double> Losses)
    {
        public AnomalyModel Load() => ModelLoader.Load(Result.Path, "cpu");

        /// <summary>By an engine; one of a card by the processor.</summary>
        public AnomalyModel Load(ServingEngine engine, int maxBatchSize) => ModelLoader.Load(Result.Path, "cpu", engine, maxBatchSize, new CardOptions { Provider = CardProvider.Cpu });
    }

    private sealed class Listener(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
