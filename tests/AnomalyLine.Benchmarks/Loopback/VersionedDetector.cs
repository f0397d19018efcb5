using AnomalyLine.Imaging;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>An identity detector under the version that the store gave its file.</summary>
internal sealed class VersionedDetector(string version, IdentityDetector inner) : IDetector
{
    public string Version { get; } = version;

    public InputSpec Input => inner.Input;

    public IReadOnlyList<Detection> Detect(IReadOnlyList<PreparedFrame> frames) => inner.Detect(frames);

    public void Dispose() => inner.Dispose();
}
