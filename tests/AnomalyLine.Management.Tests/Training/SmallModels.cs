using AnomalyLine.Demo;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Management.Tests.Training;

/// <summary>Rendered parts and two small models of them, one trained and one nearly not, for all tests that need some.</summary>
public sealed class SmallModels : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-models-");
    private readonly Lazy<TrainingResult> _good;
    private readonly Lazy<TrainingResult> _poor;

    public SmallModels()
    {
        SyntheticParts.WriteDataset(Data, trainCount: 40, testNormals: 80, testPerDefect: 1, seed: 5, width: 96, height: 96);
        _good = new(() => Train("good", 40));
        _poor = new(() => Train("poor", 1));
    }

    public string Data => Path.Combine(_folder.FullName, "parts");

    public TrainingResult Good => _good.Value;

    public TrainingResult Poor => _poor.Value;

    public void Dispose() => _folder.Delete(recursive: true);

    private TrainingResult Train(string name, int epochs) => Trainer.Train(
        new TrainingRequest
        {
            Method = "ae-l2",
            Preset = "fast",
            DataFolder = Data,
            Output = Path.Combine(_folder.FullName, name + ".alm"),
            Epochs = epochs,
            FalseRejectRate = 0.1,
            HeldOut = 0.25,
            Device = "cpu",
            Options = new Dictionary<string, string>
            {
                ["size"] = "128",
                ["width"] = "8",
                ["latent"] = "32",
                ["batch-size"] = "8",
                ["normalise"] = "false",
                ["learning-rate"] = "0.003",
            },
        },
        cancel: TestContext.Current.CancellationToken);
}
