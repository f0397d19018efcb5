namespace AnomalyLine.Evaluation;

/// <summary>What was evaluated on.</summary>
/// <param name="Normals">Normal test frames.</param>
/// <param name="Anomalous">Anomalous test frames.</param>
/// <param name="Kinds">Frames of each kind of defect.</param>
/// <param name="WithoutMask">Anomalous frames whose defect nobody outlined; the figures over places leave them out.</param>
/// <param name="DefectAreas">Separate defect areas in all masks, at the resolution of the maps.</param>
/// <param name="NormalParts">Different parts among the normal frames; rates and intervals count these.</param>
/// <param name="AnomalousParts">Different parts among the anomalous frames.</param>
public sealed record EvaluationCounts(
    int Normals, int Anomalous, IReadOnlyDictionary<string, int> Kinds, int WithoutMask, int DefectAreas, int NormalParts, int AnomalousParts);
