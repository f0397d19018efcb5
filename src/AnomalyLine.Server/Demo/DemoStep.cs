using System.Globalization;

namespace AnomalyLine.Server.Demo;

/// <summary>What the demonstration does before it runs.</summary>
/// <param name="Pattern">In English words with places for the values; empty once it runs. The console has them in its languages.</param>
/// <param name="Fraction">Part that is done, 0..1.</param>
/// <param name="Values">What stands in the places.</param>
internal sealed record DemoStep(string Pattern, double Fraction, params object[] Values)
{
    /// <summary>In English.</summary>
    public string Text => string.Format(CultureInfo.InvariantCulture, Pattern, Values);
}
