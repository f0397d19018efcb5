namespace AnomalyLine.Management.Models;

/// <summary>What the gate said of a candidate.</summary>
/// <param name="Against">Version of the model that it was compared with.</param>
/// <param name="Passes">Whether it passes.</param>
/// <param name="Summary">Why, in words.</param>
public sealed record GateWord(string Against, bool Passes, string Summary);
