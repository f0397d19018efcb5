using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Models;

namespace AnomalyLine.Server.Tests;

/// <summary>Model files for tests: any text that is not "broken", judged by an identity detector of 16 x 16 that expects no glare; one of "blind" expects nothing.</summary>
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
        Calibration = new Calibration(TestServer.Threshold, 0.75f, 0.05, 0.05, true, 20, "twenty normals") { Bound95 = 0.14 },
        Metrics = new Dictionary<string, double>(),
        Libraries = new Dictionary<string, string>(),
        CreationTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        References = [],
        Files = new Dictionary<string, string>(),
    };

    public static IDetector Load(ModelStore models, string version)
    {
        var isBlind = File.ReadAllText(models.GetPath(version)) == "blind";
        return new Named(version, new IdentityDetector(Input), isBlind);
    }

    private sealed class Named(string version, IdentityDetector inner, bool isBlind) : IDetector
    {
        public string Version { get; } = version;

        public InputSpec Input => inner.Input;

        public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames) => inner.Detect(frames);

        public PreparedFrame? Reconstruct(PreparedFrame frame)
        {
            if (isBlind) return null;
            var pixels = frame.Values.ToArray().Select(value => (byte)(255 * (value > TestServer.Threshold ? 0.3f : value))).ToArray();
            Assert.True(Frame.TryCreate(PixelFormat.Mono8, Input.Width, Input.Height, 0, pixels, DateTimeOffset.UnixEpoch, out var rebuilt, out _));
            Assert.True(FramePreparer.TryPrepare(rebuilt, Input, null, out var prepared, out _));
            return prepared;
        }

        public void Dispose() => inner.Dispose();
    }
}
