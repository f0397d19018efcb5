namespace AnomalyLine.Server.Console;

/// <summary>An axis from 0 upwards with marks at round values.</summary>
/// <param name="Top">Its end, above 0.</param>
/// <param name="Step">From mark to mark: 1, 2 or 5 times a power of ten.</param>
internal sealed record ChartScale(double Top, double Step)
{
    /// <summary>An axis that has room for a value, with four to eight marks.</summary>
    public static ChartScale For(double most)
    {
        if (!(most > 0)) most = 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(most / 4)));
        var step = power * ((most / 4 / power) switch { < 2 => 1, < 5 => 2, _ => 5 });
        return new ChartScale(Math.Ceiling(most / step) * step, step);
    }

    /// <summary>All marks, 0 first.</summary>
    public IEnumerable<double> Marks => Enumerable.Range(0, (int)Math.Round(Top / Step) + 1).Select(i => i * Step);
}
