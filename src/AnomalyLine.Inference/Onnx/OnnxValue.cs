namespace AnomalyLine.Inference.Onnx;

/// <summary>A tensor in an <see cref="OnnxGraph"/>: an input, a constant, or what a node gives.</summary>
/// <param name="Name">Unique in the graph.</param>
internal readonly record struct OnnxValue(string Name)
{
    /// <summary>Stands for an optional input that is left out.</summary>
    public static readonly OnnxValue None = new("");
}
