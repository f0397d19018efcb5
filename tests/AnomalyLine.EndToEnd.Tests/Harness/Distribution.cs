namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>Milliseconds in order.</summary>
internal sealed class Distribution(IEnumerable<double> milliseconds)
{
    private readonly double[] _sorted = [.. milliseconds.Order()];

    public override string ToString() => _sorted.Length == 0
        ? "none"
        : FormattableString.Invariant($"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, most {_sorted[^1]:0.0} ms (of {_sorted.Length})");

    private double At(double part) => _sorted[(int)Math.Ceiling(part * _sorted.Length) - 1];
}
