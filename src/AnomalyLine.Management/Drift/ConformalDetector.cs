namespace AnomalyLine.Management.Drift;

/// <summary>
/// Watches a stream of values for a change of their distribution, without a model of it.
/// <para>Each value gets a smoothed conformal p-value among all values before it and itself, p = (#{smaller} + u #{equal}) / n with u uniform: while all values come
/// in exchangeable order, these are independent and uniform (Vovk, Nouretdinov and Gammerman, "Testing exchangeability on-line", ICML 2003). A martingale bets against that, the
/// Simple Jumper: equal capitals C(e) for five bets e in {-1.8, -0.9, 0, 0.9, 1.8}; at each step C(e) becomes ((1 - J) C(e) + J C / 5)(1 + e (p - 1/2)), C their sum, J = 0.01
/// (the paper has the bets -1, 0, 1; bolder ones win sooner where a change is large).
/// The Shiryaev-Roberts statistic R = (1 + R) C / C' of its growth C / C' a step raises the alarm at R at least c: R less the number of values is a
/// martingale, so the mean number of values to a false alarm is at least c (Vovk et al., "Retrain or not retrain: conformal test martingales for
/// change-point detection", COPA 2021).</para>
/// One thread at a time.
/// </summary>
public sealed class ConformalDetector
{
    private const double Jump = 0.01;

    /// <summary>Values that are kept to rank by. From here on further ones are ranked but not kept, which the number makes nearly the same.</summary>
    private const int MostKept = 20_000;

    private const int Recent = 15;
    private static readonly double[] s_bets = [-1.8, -0.9, 0, 0.9, 1.8];

    private readonly List<double> _sorted;
    private readonly Queue<double> _recent = new();
    private readonly double[] _capital = [0.2, 0.2, 0.2, 0.2, 0.2];
    private readonly double _alarmAt;
    private readonly Random _random;

    /// <summary>Starts watching.</summary>
    /// <param name="reference">Values of the undisturbed process, to rank the first ones by; may be empty.</param>
    /// <param name="alarmAt">c: mean number of values to a false alarm, at least; above 1.</param>
    /// <param name="seed">Breaks ties between equal values.</param>
    public ConformalDetector(IEnumerable<double> reference, double alarmAt, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(alarmAt, 1);
        _sorted = [.. reference.Order()];
        _alarmAt = alarmAt;
        _random = new Random(seed);
        References = _sorted.Count;
        ReferenceMedian = MedianOf(_sorted);
    }

    /// <summary>Values that it was started with.</summary>
    public int References { get; }

    /// <summary>Values since.</summary>
    public long Count { get; private set; }

    /// <summary>R, at least 0; the alarm is at c.</summary>
    public double Statistic { get; private set; }

    /// <summary>Whether the alarm was raised; it stays.</summary>
    public bool IsAlarm { get; private set; }

    /// <summary>Whether the bets that win are those on values that rise.</summary>
    public bool Rises => _capital[3] + _capital[4] >= _capital[0] + _capital[1];

    /// <summary>Median of the reference, or of all values where there was none; NaN before the first.</summary>
    public double ReferenceMedian { get; private set; }

    /// <summary>Median of the last values; NaN before the first.</summary>
    public double RecentMedian => MedianOf([.. _recent.Order()]);

    /// <summary>Takes the next value.</summary>
    /// <param name="value">The value; one that is no number is left out.</param>
    /// <returns>Whether the alarm is raised by it, for the first time.</returns>
    public bool Add(double value)
    {
        if (!double.IsFinite(value)) return false;
        var p = Rank(value);
        for (var i = 0; i < s_bets.Length; i++) _capital[i] = (((1 - Jump) * _capital[i]) + (Jump / s_bets.Length)) * (1 + (s_bets[i] * (p - 0.5)));
        var growth = _capital.Sum();
        Statistic = Math.Min((1 + Statistic) * growth, double.MaxValue / 4);

        // Only the growth counts from here on: the capitals are brought back to a sum of one.
        for (var i = 0; i < s_bets.Length; i++) _capital[i] /= growth;
        Count++;
        _recent.Enqueue(value);
        if (_recent.Count > Recent) _recent.Dequeue();
        if (References == 0 && !IsAlarm) ReferenceMedian = MedianOf(_sorted);
        if (IsAlarm || Statistic < _alarmAt) return false;
        return IsAlarm = true;
    }

    private double Rank(double value)
    {
        var first = _sorted.BinarySearch(value);
        int low = first < 0 ? ~first : first, high = low;
        while (low > 0 && _sorted[low - 1] == value) low--;
        while (high < _sorted.Count && _sorted[high] == value) high++;
        var p = (low + (_random.NextDouble() * (high - low + 1))) / (_sorted.Count + 1);
        if (_sorted.Count < MostKept) _sorted.Insert(high, value);
        return p;
    }

    private static double MedianOf(List<double> sorted) => sorted.Count == 0 ? double.NaN : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}
