namespace AnomalyLine.Server.Demo;

/// <summary>What the demonstration does before it runs.</summary>
/// <param name="Text">In words; empty once it runs.</param>
/// <param name="Fraction">Part that is done, 0..1.</param>
internal sealed record DemoStep(string Text, double Fraction);
