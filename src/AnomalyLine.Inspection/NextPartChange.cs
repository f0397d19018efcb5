namespace AnomalyLine.Inspection;

/// <summary>What came of announcing a part.</summary>
/// <param name="Part">The part that is announced now; null where there is none.</param>
/// <param name="Replaced">The part announced before, where no frame has used it and something of it is announced no more; null where nothing was lost.</param>
public sealed record NextPartChange(NextPart? Part, NextPart? Replaced);
