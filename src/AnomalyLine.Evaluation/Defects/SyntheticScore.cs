namespace AnomalyLine.Evaluation.Defects;

/// <summary>How well a model tells normal frames from the same frames with planted defects, from plain to faint ones.</summary>
/// <param name="ImageAuroc">Area under the receiver operating characteristic over frames, mean over the kinds of defect, 0..1.</param>
/// <param name="Found">The share of defects found, mean over false alarms up to <see cref="MostFalseAlarms"/> and over the kinds, 0..1: a model with a few normal frames far above the rest finds little.</param>
/// <param name="PixelAuroc">The area over places.</param>
/// <param name="ImageAurocOfKind">Over frames, by kind of defect in kebab case.</param>
public sealed record SyntheticScore(double ImageAuroc, double Found, double PixelAuroc, IReadOnlyDictionary<string, double> ImageAurocOfKind)
{
    /// <summary>The rate of false alarms up to which found defects count.</summary>
    public const double MostFalseAlarms = 0.1;

    /// <summary>What models are ranked by: the mean of what is found at few false alarms and of the area over places, since many a model finds nearly all planted defects but points at them badly.</summary>
    public double Rank => (Found + PixelAuroc) / 2;
}
