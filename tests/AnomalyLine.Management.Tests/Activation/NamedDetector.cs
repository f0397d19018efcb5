using AnomalyLine.Detection;
using AnomalyLine.Imaging;

namespace AnomalyLine.Management.Tests.Activation;

/// <summary>An identity detector that is the model of a version.</summary>
internal sealed class NamedDetector(string version) : IDetector
{
    private readonly IdentityDetector _inner = new(new InputSpec(16, 16, 1));

    public string Version => version;

    public InputSpec Input => _inner.Input;

    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames) => _inner.Detect(frames);

    public PreparedFrame? Reconstruct(PreparedFrame frame) => null;

    public void Dispose() => _inner.Dispose();
}
