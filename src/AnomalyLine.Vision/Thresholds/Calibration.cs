namespace AnomalyLine.Vision.Thresholds;

/// <summary>Thresholds from held-out normal frames, and what they promise.</summary>
/// <param name="Threshold">A frame is anomalous when its score is above this.</param>
/// <param name="PixelThreshold">A place belongs to a defect region when the anomaly map is above this (from the per-frame maxima of held-out maps).</param>
/// <param name="WantedFalseRejectRate">The rate of rejected normal parts that was asked for, 0..1.</param>
/// <param name="CertifiedFalseRejectRate">
/// The rate that split conformal calibration certifies with this many frames, 0..1: at most the wanted one where <see cref="IsCertified"/>, else 1 / (Count + 1).
/// </param>
/// <param name="IsCertified">Whether the number of held-out normals suffices for the wanted rate.</param>
/// <param name="Count">Held-out normal frames.</param>
/// <param name="Note">The same in words, for people.</param>
public sealed record Calibration(
    float Threshold, float PixelThreshold, double WantedFalseRejectRate, double CertifiedFalseRejectRate, bool IsCertified, int Count, string Note);
