using AnomalyLine.Management.Models;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Thresholds;

namespace AnomalyLine.Server.Tests;

/// <summary>Model files for tests: any text that is not "broken", judged by an identity detector of 16 x 16.</summary>
internal static class FakeModels
{
    public static readonly InputSpec Input = new(16, 16, 1);

    public static ModelManifest Check(string path) => File.ReadAllText(path) == "broken" ? throw new ModelFileException($"{path}: broken.") : new ModelManifest
    {
        FormatVersion = 1,
        Method = "identity",
        Preset = "fast",
        Options = [],
        Input = Input,
        Seed = 1,
        TrainingSet = new TrainingSet(10, new string('0', 64)),
        Calibration = new Calibration(TestServer.Threshold, 0.75f, 0.05, 0.05, true, 20, "twenty normals"),
        Metrics = new Dictionary<string, double>(),
        Libraries = new Dictionary<string, string>(),
        CreationTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        References = [],
        Files = new Dictionary<string, string>(),
    };

    public static IDetector Load(ModelStore models, string version)
    {
        models.GetPath(version);
        return new Named(version, new IdentityDetector(Input));
    }

    private sealed class Named(string version, IdentityDetector inner) : IDetector
    {
        public string Version { get; } = version;

        public InputSpec Input => inner.Input;

        public IReadOnlyList<Detection> Detect(IReadOnlyList<PreparedFrame> frames) => inner.Detect(frames);

        public void Dispose() => inner.Dispose();
    }
}
