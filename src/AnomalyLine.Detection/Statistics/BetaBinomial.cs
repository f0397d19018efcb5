namespace AnomalyLine.Detection.Statistics;

/// <summary>
/// How many of some further frames a conformal threshold rejects. A threshold that is the k-th largest of n scores is exceeded by each further frame of the same process
/// with a rate that is itself Beta(k, n + 1 - k) distributed (Vovk, "Conditional validity of inductive conformal predictors", 2012), so that the number is beta-binomial.
/// </summary>
public static class BetaBinomial
{
    /// <summary>The chance of at least some hits.</summary>
    /// <param name="hits">The least number of hits.</param>
    /// <param name="trials">Further frames, at least 0.</param>
    /// <param name="a">First parameter: the k of the k-th largest, at least 1.</param>
    /// <param name="b">Second parameter: n + 1 - k, at least 1.</param>
    public static double AtLeast(int hits, int trials, int a, int b)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfLessThan(a, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(b, 1);
        if (hits <= 0) return 1;
        if (hits > trials) return 0;
        var logTerm = 0.0;
        for (var i = 0; i < trials; i++) logTerm += Math.Log((double)(b + i) / (a + b + i));
        var sum = 0.0;
        for (var k = 0; k <= trials; k++)
        {
            if (k >= hits) sum += Math.Exp(logTerm);
            if (k < trials) logTerm += Math.Log((trials - k) / (k + 1.0)) + Math.Log((double)(k + a) / (trials - k - 1 + b));
        }

        return Math.Min(sum, 1);
    }
}
