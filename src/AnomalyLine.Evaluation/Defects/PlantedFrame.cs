using AnomalyLine.Imaging;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>A frame of a normal part with a defect drawn into it.</summary>
/// <param name="Kind">What was planted, such as "scratch".</param>
/// <param name="Frame">The frame, RGB8, or RGB16 where the normal part's has 16-bit values.</param>
public sealed record PlantedFrame(string Kind, Frame Frame);
