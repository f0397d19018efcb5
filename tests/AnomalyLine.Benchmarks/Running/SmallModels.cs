using System.Globalization;
using AnomalyLine.Demo;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>Autoencoders trained a little on rendered parts: what a line judges with, small enough to run often.</summary>
internal sealed class SmallModels : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
    private readonly Dictionary<string, string> _paths = [];
    private readonly ServingEngine _engine;
    private readonly CardOptions? _card;

    /// <summary>With this many versions: one training, and files that differ in the seed that they name.</summary>
    /// <param name="count">Versions.</param>
    /// <param name="preset">"fast", of 128 pixels, or "balanced", of 256.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="engine">What <see cref="Load"/> takes.</param>
    /// <param name="card">How on a card; null for the defaults.</param>
    public SmallModels(int count, string preset = "fast", int channels = 3, ServingEngine engine = ServingEngine.Auto, CardOptions? card = null)
    {
        (_engine, _card) = (engine, card);
        var parts = Path.Combine(_folder, "parts");
        SyntheticParts.WriteDataset(parts, trainCount: 40, testNormals: 4, testPerDefect: 1, seed: 5, width: 128, height: 128);
        var request = new TrainingRequest
        {
            Method = "ae-l2",
            DataFolder = parts,
            Output = Path.Combine(_folder, "trained.alm"),
            Preset = preset,
            Epochs = 2,
            Device = "cpu",
            Options = new Dictionary<string, string> { ["channels"] = channels.ToString(CultureInfo.InvariantCulture) },
        };
        var (manifest, _, files) = ModelFile.Read(Trainer.Train(request).Path);
        for (var seed = 1; seed <= count; seed++)
        {
            var path = Path.Combine(_folder, $"{seed}.alm");
            ModelFile.Write(path, manifest with { Seed = seed }, files);
            _paths[ModelFile.ReadManifest(path).Version] = path;
        }

        var png = File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(parts, "test", "good")).First());
        Frame = Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, DateTimeOffset.UnixEpoch, out var frame, out var error) ? frame : throw new InvalidOperationException(error);
    }

    /// <summary>Their versions.</summary>
    public IReadOnlyList<string> Versions => [.. _paths.Keys];

    /// <summary>A normal part as a PNG file of 128 x 128.</summary>
    public Frame Frame { get; }

    /// <summary>The first one's file.</summary>
    public string FirstPath => _paths.Values.First();

    /// <summary>Loads one as a server does.</summary>
    public IDetector Load(string version) => ModelLoader.Load(_paths[version], engine: _engine, card: _card);

    /// <summary>A normal part as raw MONO8.</summary>
    public static Frame Mono(int width, int height)
    {
        var colours = SyntheticParts.Render(seed: 3, width, height).Bgr;
        var grey = new byte[width * height];
        for (var i = 0; i < grey.Length; i++) grey[i] = colours[(3 * i) + 1];
        return Frame.TryCreate(PixelFormat.Mono8, width, height, 0, grey, DateTimeOffset.UnixEpoch, out var frame, out var error) ? frame : throw new InvalidOperationException(error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
