namespace AnomalyLine.Detection.Thresholds;

/// <summary>How a threshold is taken from held-out normal frames.</summary>
public enum CalibrationKind
{
    /// <summary>Split conformal: bounds the chance that a further normal frame is rejected, whatever the scores look like, as long as it comes from the same process.</summary>
    Conformal = 0,

    /// <summary>The plain quantile of the scores: simple, and too low on few frames.</summary>
    Quantile = 1,
}
