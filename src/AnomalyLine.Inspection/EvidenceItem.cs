using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>What pictures of an inspection are made from.</summary>
/// <param name="Record">The inspection.</param>
/// <param name="Frame">The frame as it came.</param>
/// <param name="Map">The anomaly map; null where the model gave none.</param>
/// <param name="PixelThreshold">The recipe's pixel threshold; 0 where the station has no recipe.</param>
public sealed record EvidenceItem(InspectionRecord Record, Frame Frame, AnomalyMap? Map, float PixelThreshold);
