namespace AnomalyLine.Inference.Onnx;

/// <summary>What a program that runs an exported network must do with its outputs, in words.</summary>
/// <param name="Map">The anomaly map, N x S x S, from "frames" and the outputs.</param>
/// <param name="Score">The score of each frame from its map.</param>
internal sealed record OnnxReading(string Map, string Score = "the maximum of the map")
{
    /// <summary>The mean filter that most maps and scores end with.</summary>
    public static string Smoothed(int window) => window == 1 ? "" : $", then the mean over {window} x {window} pixels around each, reflected at the borders (without repeating the border's pixels)";
}
