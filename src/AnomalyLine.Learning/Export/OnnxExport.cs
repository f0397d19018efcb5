namespace AnomalyLine.Learning.Export;

/// <summary>A network that was written as ONNX.</summary>
/// <param name="ModelVersion">The model that it is of.</param>
/// <param name="Method">Its method.</param>
/// <param name="OperatorSet">Version of the ONNX operators.</param>
/// <param name="Outputs">Names of the results.</param>
/// <param name="Map">How the anomaly map comes from frames and results.</param>
/// <param name="Score">How the score comes from the map.</param>
/// <param name="Threshold">A frame is anomalous when its score is above this.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record OnnxExport(string ModelVersion, string Method, int OperatorSet, IReadOnlyList<string> Outputs, string Map, string Score, float Threshold, long Bytes);
