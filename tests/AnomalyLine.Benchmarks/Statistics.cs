using System.Numerics;

namespace AnomalyLine.Benchmarks;

/// <summary>Summaries of repeated measurements.</summary>
internal static class Statistics
{
    /// <summary>The middle value; the mean of the two middle ones of an even number.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The value that this part of the measurements is at most.</summary>
    public static double Quantile(this IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, part * sorted.Length)];
    }

    /// <summary>Pearson's; NaN where the lengths differ.</summary>
    public static double Correlation<T>(T[] one, T[] other)
        where T : INumberBase<T>
    {
        if (one.Length != other.Length) return double.NaN;
        double meanOne = one.Average(double.CreateChecked), meanOther = other.Average(double.CreateChecked), both = 0, squaresOne = 0, squaresOther = 0;
        for (var i = 0; i < one.Length; i++)
        {
            var (a, b) = (double.CreateChecked(one[i]) - meanOne, double.CreateChecked(other[i]) - meanOther);
            both += a * b;
            squaresOne += a * a;
            squaresOther += b * b;
        }

        return both / Math.Sqrt(squaresOne * squaresOther);
    }
}
