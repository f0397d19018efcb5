namespace AnomalyLine.Detection.Models;

/// <summary>What judging in bfloat16 changes, measured at the end of a training on validation normals and on defects planted on them.</summary>
/// <param name="ScoreDifference">Largest change of a normal's score, as a part of the largest score.</param>
/// <param name="MapDifference">Largest change of a place in a normal's map, as a part of the largest place.</param>
/// <param name="ImageAurocLoss">What planted defects lose in AUROC over frames; below 0 where they gain.</param>
/// <param name="PixelAurocLoss">The same over places.</param>
/// <param name="Speed">Time of a lone frame in float32, divided by that in bfloat16, where it was trained.</param>
public sealed record Bfloat16Trial(double ScoreDifference, double MapDifference, double ImageAurocLoss, double PixelAurocLoss, double Speed)
{
    /// <summary>Largest change of a score that is let through, and again when a model is loaded.</summary>
    public const double MostScoreDifference = 0.02;

    /// <summary>Largest change of a place that is let through, and again when a model is loaded.</summary>
    public const double MostMapDifference = 0.05;

    private const double MostAurocLoss = 0.005;
    private const double LeastSpeed = 1.1;

    /// <summary>Whether a server may judge so, where that is faster there as well.</summary>
    public bool IsAllowed => ScoreDifference <= MostScoreDifference && MapDifference <= MostMapDifference
        && ImageAurocLoss <= MostAurocLoss && PixelAurocLoss <= MostAurocLoss && Speed >= LeastSpeed;
}
