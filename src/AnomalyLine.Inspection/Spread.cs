namespace AnomalyLine.Inspection;

/// <summary>Some numbers in short.</summary>
/// <param name="Count">How many there are; where it is 0, the others are 0 and say nothing.</param>
/// <param name="Average">Their mean.</param>
/// <param name="Minimum">The lowest.</param>
/// <param name="Maximum">The highest.</param>
public sealed record Spread(long Count, double Average, double Minimum, double Maximum);
