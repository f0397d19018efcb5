using System.Numerics;
using System.Runtime.InteropServices;
using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Models;

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
    public IReadOnlyList<Detection> Detect(IReadOnlyList<PreparedFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var detections = new Detection[frames.Count];
        for (var i = 0; i < detections.Length; i++)
        {
            var values = frames[i].Values[..(Input.Width * Input.Height)].ToArray();
            detections[i] = new Detection(new AnomalyMap(Input.Width, Input.Height, values, frames[i].Region), Highest(values));
        }

        return detections;
    }

    /// <summary>By vectors: LINQ's maximum of floats would cost more than the frame's preparation.</summary>
    private static float Highest(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var highest = new Vector<float>(values[0]);
        foreach (var vector in vectors) highest = Vector.Max(highest, vector);
        var most = highest[0];
        for (var i = 1; i < Vector<float>.Count; i++) most = Math.Max(most, highest[i]);
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..]) most = Math.Max(most, value);
        return most;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
