using System.Text.Json.Serialization;
using AnomalyLine.Detection.Statistics;

namespace AnomalyLine.Detection.Thresholds;

/// <summary>Thresholds from held-out normal frames, and what they promise.</summary>
/// <param name="Threshold">A frame is anomalous when its score is above this.</param>
/// <param name="PixelThreshold">A place belongs to a defect region when the anomaly map is above this (from the per-frame maxima of held-out maps).</param>
/// <param name="WantedFalseRejectRate">The rate of rejected normal parts that was asked for, 0..1.</param>
/// <param name="CertifiedFalseRejectRate">
/// The rate that split conformal calibration certifies with this many frames, 0..1: at most the wanted one where <see cref="IsCertified"/>, else 1 / (Count + 1).
/// </param>
/// <param name="IsCertified">Whether the number of held-out normals suffices for the wanted rate.</param>
/// <param name="Count">Different held-out normal parts, one score of each; in files of earlier releases held-out normal frames.</param>
/// <param name="Note">The same in words, for people.</param>
public sealed record Calibration(
    float Threshold, float PixelThreshold, double WantedFalseRejectRate, double CertifiedFalseRejectRate, bool IsCertified, int Count, string Note)
{
    /// <summary>
    /// The certified rate is an average over calibrations; of this very threshold the true rate is Beta(<see cref="Rank"/>, Count + 1 - <see cref="Rank"/>) distributed, and with
    /// a confidence of 95 % at most this, 0..1. Null in files of earlier releases.
    /// </summary>
    public double? Bound95 { get; init; }

    /// <summary>How the threshold was taken; what the certificate rests on.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<CalibrationKind>))]
    public CalibrationKind Kind { get; init; }

    /// <summary>The threshold is that largest of the scores, from 1.</summary>
    [JsonIgnore]
    public int Rank => Math.Clamp((int)Math.Round(CertifiedFalseRejectRate * (Count + 1)), 1, Math.Max(1, Count));

    /// <summary>The chance of so many rejects or more among further normal parts, were they of the same process as those of the calibration.</summary>
    /// <param name="rejected">Rejected parts.</param>
    /// <param name="parts">Different parts, one frame of each.</param>
    public double ChanceOf(int rejected, int parts) => BetaBinomial.AtLeast(rejected, parts, Rank, Math.Max(1, Count) + 1 - Rank);
}
