namespace AnomalyLine.Evaluation.Defects;

/// <summary>How well a model tells normal frames from the same frames with planted defects.</summary>
/// <param name="ImageAuroc">Area under the receiver operating characteristic over frames, mean over the kinds of defect, 0..1.</param>
/// <param name="PixelAuroc">The same over places.</param>
/// <param name="ImageAurocOfKind">Over frames, by kind of defect in kebab case.</param>
public sealed record SyntheticScore(double ImageAuroc, double PixelAuroc, IReadOnlyDictionary<string, double> ImageAurocOfKind)
{
    /// <summary>What models are ranked by: the mean of both areas, since many a model finds nearly all planted defects but points at them badly.</summary>
    public double Rank => (ImageAuroc + PixelAuroc) / 2;
}
