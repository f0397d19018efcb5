using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Models;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>A model file without a network: any bytes, judged by an identity detector, so that only what is around a network is measured.</summary>
internal static class BenchmarkModel
{
    public static readonly InputSpec Input = new(256, 256, 1);

    public static ModelManifest Check(string path) => new()
    {
        FormatVersion = 1,
        Method = "identity",
        Preset = "fast",
        Options = [],
        Input = Input,
        Seed = 1,
        TrainingSet = new TrainingSet(1, Path.GetFileName(path)),
        Calibration = new Calibration(0.9f, 0.9f, 0.05, 0.05, true, 20, "benchmark"),
        Metrics = new Dictionary<string, double>(),
        Libraries = new Dictionary<string, string>(),
        CreationTime = DateTimeOffset.UnixEpoch,
        References = [],
        Files = new Dictionary<string, string>(),
    };

    public static IDetector Load(ModelStore models, string version)
    {
        models.GetPath(version);
        return new VersionedDetector(version, new IdentityDetector(Input));
    }
}
