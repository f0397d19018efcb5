using System.Numerics.Tensors;
using AnomalyLine.Imaging;

namespace AnomalyLine.Detection;

/// <summary>
/// Passes the first channel of each frame on as its anomaly map and the map's maximum as its score: a detector without a network,
/// to measure everything around one.
/// </summary>
public sealed class IdentityDetector(InputSpec input) : IDetector
{
    /// <inheritdoc/>
    public string Version => "identity";

    /// <inheritdoc/>
    public InputSpec Input { get; } = input;

    /// <inheritdoc/>
    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var detections = new DetectionResult[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = PooledArrays.Rent<float>(Input.Width * Input.Height);
            frames[i].Values[..values.Length].CopyTo(values.Memory.Span);
            var leftOut = frames[i].LeftOut;
            for (var at = 0; at < leftOut.Length; at++)
                if (leftOut[at]) values.Memory.Span[at] = 0;
            var score = TensorPrimitives.Max<float>(values.Memory.Span);
            detections[i] = new DetectionResult(frames[i].MapOf(Input.Width, Input.Height, values), score);
        }

        return detections;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
