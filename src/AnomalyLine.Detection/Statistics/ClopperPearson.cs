namespace AnomalyLine.Detection.Statistics;

/// <summary>The exact interval of a rate that was counted (Clopper and Pearson, Biometrika 1934): it holds the true rate at least as often as said.</summary>
public static class ClopperPearson
{
    /// <summary>The interval, within 0..1; all of it where nothing was tried.</summary>
    /// <param name="hits">How often it happened, 0..<paramref name="trials"/>.</param>
    /// <param name="trials">How often it could have happened.</param>
    /// <param name="confidence">How often such intervals hold the true rate, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Interval Of(int hits, int trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, trials);
        if (confidence is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence lies above 0 and below 1.");
        var tail = (1 - confidence) / 2;
        var lower = hits == 0 ? 0 : Bisect(rate => 1 - AtMost(hits - 1, trials, rate) >= tail);
        var upper = hits == trials ? 1 : Bisect(rate => AtMost(hits, trials, rate) <= tail);
        return new Interval(lower, upper);
    }

    /// <summary>The lowest rate at which the condition holds; it holds from there on.</summary>
    private static double Bisect(Func<double, bool> holds)
    {
        double low = 0, high = 1;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (holds(middle)) high = middle;
            else low = middle;
        }

        return high;
    }

    /// <summary>The chance of at most <paramref name="hits"/> in <paramref name="trials"/> at a rate inside 0..1: the binomial terms, each from the one before.</summary>
    private static double AtMost(int hits, int trials, double rate)
    {
        var logTerm = trials * Math.Log(1 - rate);
        var logOdds = Math.Log(rate) - Math.Log(1 - rate);
        var sum = 0.0;
        for (var k = 0; k <= hits; k++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log((trials - k) / (k + 1.0)) + logOdds;
        }

        return Math.Min(sum, 1);
    }
}
