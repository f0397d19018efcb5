namespace AnomalyLine.Detection.Thresholds;

/// <summary>A threshold and what is certified of it: with the confidence, at most the rate of normal parts is rejected, as long as parts come from the same process.</summary>
/// <param name="Threshold">Score above which a part is NotOk.</param>
/// <param name="PixelThreshold">Anomaly map value above which a pixel belongs to a region.</param>
/// <param name="Count">Different normal parts that it was taken from, one score of each: n.</param>
/// <param name="FalseRejectRate">The rate, above 0 and below 1.</param>
/// <param name="Confidence">The confidence, above 0 and below 1.</param>
/// <param name="Note">The same in words.</param>
public sealed record ThresholdCertificate(float Threshold, float PixelThreshold, int Count, double FalseRejectRate, double Confidence, string Note)
{
    /// <summary>What a reader must know of it, such as copies among the frames and files that could not be read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What is wrong with the frames that could not be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
}
