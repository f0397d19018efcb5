using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>Autoencoders of 128 pixels, trained a little on rendered parts: what a line judges with, small enough to run often.</summary>
internal sealed class SmallModels : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>With a model for each seed.</summary>
    public SmallModels(params int[] seeds)
    {
        var parts = Path.Combine(_folder, "parts");
        SyntheticParts.WriteDataset(parts, trainCount: 40, testNormals: 4, testPerDefect: 1, seed: 5, width: 128, height: 128);
        foreach (var seed in seeds)
        {
            var request = new TrainingRequest { Method = "ae-l2", DataFolder = parts, Output = Path.Combine(_folder, $"{seed}.alm"), Preset = "fast", Seed = seed, Epochs = 2, Device = "cpu" };
            var result = Trainer.Train(request);
            _paths[result.Version] = result.Path;
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
