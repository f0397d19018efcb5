using System.Globalization;
using AnomalyLine.Detection.Statistics;

namespace AnomalyLine.Detection.Thresholds;

/// <summary>
/// Takes thresholds from normal parts that were not trained on, one score of each. Split conformal: of n scores the k-th smallest, k = ceil((n + 1)(1 - a)),
/// is exceeded by a further exchangeable normal part with a chance of at most a (Vovk et al. 2005; Bates et al. 2023). That needs n >= 1/a - 1 parts. Copies of a part are not
/// exchangeable with a further one: they would make n, and the certificate, as large as one likes.
/// </summary>
public static class Calibrator
{
    // Keeps 100 * 0.07 from being read as a little more than 7.
    private const double Rounding = 1e-9;

    /// <summary>Thresholds for frames and for places.</summary>
    /// <param name="scores">Scores of held-out normal frames, one of each part, at least one.</param>
    /// <param name="mapMaxima">The largest value of each of their anomaly maps: its threshold bounds the chance that a normal frame shows any defect region.</param>
    /// <param name="wantedFalseRejectRate">The share of normal frames that may be rejected, above 0 and below 1.</param>
    /// <param name="kind">How to take the thresholds.</param>
    /// <exception cref="ArgumentException">There is no score, there are not as many maxima, or one of them is not finite.</exception>
    public static Calibration Calibrate(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> mapMaxima, double wantedFalseRejectRate, CalibrationKind kind = CalibrationKind.Conformal)
    {
        if (wantedFalseRejectRate is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(wantedFalseRejectRate), wantedFalseRejectRate, "The wanted false-reject rate lies above 0 and below 1; 0.01 is one part in a hundred.");
        }

        if (scores.IsEmpty) throw new ArgumentException("No held-out normal frame: without one there is no threshold.", nameof(scores));
        if (mapMaxima.Length != scores.Length) throw new ArgumentException($"There are {scores.Length} scores and {mapMaxima.Length} map maxima; each frame has one of both.", nameof(mapMaxima));
        var frames = Ascending(scores, nameof(scores));
        var places = Ascending(mapMaxima, nameof(mapMaxima));
        return kind switch
        {
            CalibrationKind.Conformal => Conformal(frames, places, wantedFalseRejectRate),
            CalibrationKind.Cross => Cross(Conformal(frames, places, wantedFalseRejectRate)),
            CalibrationKind.Quantile => Quantile(frames, places, wantedFalseRejectRate),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a way of calibration."),
        };
    }

    private static Calibration Conformal(float[] frames, float[] places, double wanted)
    {
        var n = frames.Length;
        var rejected = (int)Math.Floor(((n + 1) * wanted) + Rounding);
        var needed = Needed(wanted);
        if (rejected == 0)
        {
            var note = $"{Percent(wanted)} asks for {needed} different held-out normal parts; there are {n}, {needed - n} too few. "
                + $"The threshold is the largest of their scores, which certifies {Percent(1.0 / (n + 1))} on average, and with 95 % confidence at most {Percent(Bound(1, n))}.";
            return new Calibration(frames[^1], places[^1], wanted, 1.0 / (n + 1), IsCertified: false, n, note) { Bound95 = Bound(1, n) };
        }

        // k = n + 1 - rejected, counted from 1.
        var certified = rejected / (n + 1.0);
        return new Calibration(
            frames[n - rejected], places[n - rejected], wanted, certified, IsCertified: true, n,
            $"On average over calibrations at most {Percent(certified)} of normal parts are rejected, by this threshold with 95 % confidence at most {Percent(Bound(rejected, n))} "
            + $"(split conformal on {n} different held-out normal parts; {Percent(wanted)} was asked for), as long as parts come from the same process.")
        { Bound95 = Bound(rejected, n) };
    }

    /// <summary>
    /// The same rank of the scores, which here are each of a model that did not learn from the part (Vovk, "Cross-conformal predictors", 2015; Barber, Candès, Ramdas, Tibshirani, "Predictive inference with
    /// the jackknife+", Annals of Statistics 2021). Their rules compare a new part's scores by all of those models, and guarantee twice the rate; here one model judges, that has learnt from all parts. The rate
    /// is then no guarantee whatever the scores look like, but holds as far as leaving a fold out changes scores little.
    /// </summary>
    private static Calibration Cross(Calibration split) => split with
    {
        Kind = CalibrationKind.Cross,
        Note = split.Note.Replace("held-out normal parts", "normal parts", StringComparison.Ordinal).Replace("split conformal on", "cross calibration on", StringComparison.Ordinal)
            + " Each part was scored by a model that had not learnt from it; the model that judges has learnt from all of them, so that this holds as far as it judges new parts as those models do.",
    };

    private static Calibration Quantile(float[] frames, float[] places, double wanted)
    {
        var n = frames.Length;
        var threshold = Interpolate(frames, 1 - wanted);
        var atOrBelow = 0;
        while (atOrBelow < n && frames[atOrBelow] <= threshold) atOrBelow++;
        var certified = (n + 1.0 - atOrBelow) / (n + 1);
        var isCertified = certified <= wanted + (Rounding / (n + 1));
        var bound = Bound(n + 1 - atOrBelow, n);
        var note = $"The {Percent(1 - wanted)} quantile of {n} different held-out normal parts. What it certifies is on average at most {Percent(certified)} of normal parts rejected, with 95 % confidence at most {Percent(bound)}"
            + (isCertified ? "." : $", more than the {Percent(wanted)} asked for; split conformal calibration keeps to it from {Needed(wanted)} held-out normal parts on.");
        return new Calibration(threshold, Interpolate(places, 1 - wanted), wanted, certified, isCertified, n, note) { Bound95 = bound, Kind = CalibrationKind.Quantile };
    }

    /// <summary>What a Beta(r, n + 1 - r) distributed rate does not exceed with a chance of 95 %: the upper end of Clopper and Pearson's interval for r - 1 of n.</summary>
    private static double Bound(int rank, int n) => ClopperPearson.Of(rank - 1, n, 0.9).Upper;

    /// <summary>Normal parts that conformal calibration needs for a rate: the least n with n >= 1/a - 1.</summary>
    public static int Needed(double wanted) => (int)Math.Min(int.MaxValue, Math.Ceiling((1 / wanted) - 1 - Rounding));

    /// <summary>The quantile between the two nearest scores (Hyndman and Fan's type 7).</summary>
    private static float Interpolate(float[] ascending, double share)
    {
        var position = share * (ascending.Length - 1);
        var below = (int)Math.Floor(position + Rounding);
        if (below >= ascending.Length - 1) return ascending[^1];
        var rest = Math.Max(position - below, 0);
        return (float)(ascending[below] + (rest * ((double)ascending[below + 1] - ascending[below])));
    }

    private static float[] Ascending(ReadOnlySpan<float> values, string name)
    {
        var sorted = values.ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (!float.IsFinite(sorted[i])) throw new ArgumentException($"Value {i} is {sorted[i]}: a threshold needs finite scores; look at the model that gave it.", name);
        }

        Array.Sort(sorted);
        return sorted;
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.##} %");
}
