namespace AnomalyLine.Detection.Thresholds;

/// <summary>How a threshold is taken from held-out normal frames.</summary>
public enum CalibrationKind
{
    /// <summary>Split conformal: bounds the chance that a further normal frame is rejected, whatever the scores look like, as long as it comes from the same process.</summary>
    Conformal = 0,

    /// <summary>The plain quantile of the scores: simple, and too low on few frames.</summary>
    Quantile = 1,

    /// <summary>
    /// As <see cref="Conformal"/>, on scores of all normal parts, each by a model of the same kind that has not learnt from it (K-fold), while the model that judges has learnt from all. From few parts a
    /// tighter certificate, which holds as far as that model judges new parts as those did.
    /// </summary>
    Cross = 2,
}
