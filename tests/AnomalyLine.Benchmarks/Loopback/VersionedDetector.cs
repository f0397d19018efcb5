using AnomalyLine.Detection;
using AnomalyLine.Imaging;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>An identity detector under the version that the store gave its file.</summary>
internal sealed class VersionedDetector(string version, IdentityDetector inner) : IDetector
{
    public string Version { get; } = version;

    public InputSpec Input => inner.Input;

    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames) => inner.Detect(frames);

    public void Dispose() => inner.Dispose();
}
