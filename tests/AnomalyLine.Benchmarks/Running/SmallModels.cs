using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>Autoencoders of 128 pixels, trained a little on rendered parts: what a line judges with, small enough to run often.</summary>
internal sealed class SmallModels : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>With this many versions: one training, and files that differ in the seed that they name.</summary>
    public SmallModels(int count)
    {
        var parts = Path.Combine(_folder, "parts");
        SyntheticParts.WriteDataset(parts, trainCount: 40, testNormals: 4, testPerDefect: 1, seed: 5, width: 128, height: 128);
        var request = new TrainingRequest { Method = "ae-l2", DataFolder = parts, Output = Path.Combine(_folder, "trained.alm"), Preset = "fast", Epochs = 2, Device = "cpu" };
        var (manifest, _, files) = ModelFile.Read(Trainer.Train(request).Path);
        for (var seed = 1; seed <= count; seed++)
        {
            var path = Path.Combine(_folder, $"{seed}.alm");
            ModelFile.Write(path, manifest with { Seed = seed }, files);
            _paths[ModelFile.ReadManifest(path).Version] = path;
        }

        Frame = File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(parts, "test", "good")).First());
    }

    /// <summary>Their versions.</summary>
    public IReadOnlyList<string> Versions => [.. _paths.Keys];

    /// <summary>A normal part as a PNG file of 128 x 128.</summary>
    public byte[] Frame { get; }

    /// <summary>Loads one as a server does.</summary>
    public IDetector Load(string version) => AnomalyModel.Load(_paths[version], engine: ServingEngine.Auto);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
