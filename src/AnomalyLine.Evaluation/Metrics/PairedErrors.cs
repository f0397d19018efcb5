using AnomalyLine.Detection.Statistics;

namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// Errors of two judges, a new and an old one, on the same frames. Only the frames that one of the two got wrong tell them apart.
/// </summary>
/// <param name="Trials">Frames that both judged.</param>
/// <param name="OnlyNew">Of these, wrong by the new one alone.</param>
/// <param name="OnlyOld">Of these, wrong by the old one alone.</param>
public sealed record PairedErrors(int Trials, int OnlyNew, int OnlyOld)
{
    /// <summary>Error rate of the new one less that of the old one, -1..1; 0 without frames.</summary>
    public double Difference => Trials == 0 ? 0 : (double)(OnlyNew - OnlyOld) / Trials;

    /// <summary>
    /// What the true difference is at most, with a confidence of 95 %: the upper end of the exact interval (Clopper and Pearson) of the one rate less the lower end of the
    /// other's, each missed at most 2.5 times in a hundred (Bonferroni). It holds for any number of frames; 1 without any.
    /// </summary>
    public double UpperBound => ClopperPearson.Of(OnlyNew, Trials).Upper - ClopperPearson.Of(OnlyOld, Trials).Lower;

    /// <summary>
    /// The chance of at least as many errors by the new one alone, were both equally good: the exact one-sided test of McNemar (Psychometrika 1947) on the
    /// frames that tell them apart. 1 without any.
    /// </summary>
    public double PValue
    {
        get
        {
            var told = OnlyNew + OnlyOld;
            var term = Math.Pow(0.5, told);
            if (term == 0) return NormalTail(told);
            var sum = 0.0;
            for (var k = 0; k <= told; k++)
            {
                if (k >= OnlyNew) sum += term;
                term *= (told - k) / (k + 1.0);
            }

            return Math.Min(1, sum);
        }
    }

    /// <summary>Frames without any error that a difference of at most a margin takes to be shown: the least n with 1 - 0.025^(1/n) at most the margin.</summary>
    /// <param name="margin">Above 0 and below 1.</param>
    public static int NeededFor(double margin) => (int)Math.Ceiling(Math.Log(0.025) / Math.Log(1 - margin));

    /// <summary>Beyond a thousand frames that tell them apart, where 2^-n is no number any more, Hoeffding's bound: never too small.</summary>
    private double NormalTail(int told) => OnlyNew <= told / 2.0 ? 1 : Math.Exp(-2 * Math.Pow(OnlyNew - (told / 2.0), 2) / told);
}
