using AnomalyLine.Imaging;

namespace AnomalyLine.Detection;

/// <summary>
/// Judges frames. Implemented by AnomalyModel and by the identity detector that measures everything but the network.
/// <see cref="Detect"/> is called by one thread at a time, always the same one.
/// </summary>
public interface IDetector : IDisposable
{
    /// <summary>Method and the first 12 hex digits of the model file's SHA-256, such as "riad-0123456789ab".</summary>
    string Version { get; }

    /// <summary>What each frame must be prepared to.</summary>
    InputSpec Input { get; }

    /// <summary>Judges frames in one batch; each result is what the frame alone would get.</summary>
    /// <param name="frames">At least one, each prepared to <see cref="Input"/>. They stay the caller's.</param>
    /// <returns>As many detections, in the same order.</returns>
    IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames);

    /// <summary>The frame as the detector would expect it, for people to compare with what there is. By the thread that detects.</summary>
    /// <param name="frame">Prepared to <see cref="Input"/>; it stays the caller's.</param>
    /// <returns>The frame that is judged, last of a clip, of the same size and channels, each value in [0, 1]; the caller disposes it. Null where the detector rebuilds nothing.</returns>
    PreparedFrame? Reconstruct(PreparedFrame frame) => null;
}
