namespace AnomalyLine.Imaging.Alignment;

/// <summary>Where a part is in a frame.</summary>
/// <param name="Pose">How it lies against the reference.</param>
/// <param name="ToFrame">From places of the reference part's frame to those of the frame, pixels of both.</param>
/// <param name="Correlation">How alike the frame and the reference are there, -1..1.</param>
/// <param name="Outside">The share of the reference's structure that lies outside of the frame, 0..1.</param>
internal sealed record FoundPart(Pose Pose, Affine ToFrame, double Correlation, double Outside);
