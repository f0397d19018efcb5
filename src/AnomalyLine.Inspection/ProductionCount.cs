namespace AnomalyLine.Inspection;

/// <summary>What a station made of one product in one slice of time.</summary>
/// <param name="Slice">Place of the slice in <see cref="ProductionQuery.Slices"/>.</param>
/// <param name="Station">Name of the station.</param>
/// <param name="ProductId">The product; empty for parts without one.</param>
/// <param name="Ok">Parts that were Ok.</param>
/// <param name="NotOk">Parts that were NotOk.</param>
/// <param name="NotDecidable">Parts that were neither.</param>
/// <param name="Running">Time between parts, but for pauses longer than <see cref="ProductionSummary.LongestGap"/>.</param>
/// <param name="Paced">Parts that came within that time of the part before, which <see cref="Running"/> is of.</param>
public sealed record ProductionCount(int Slice, string Station, string ProductId, long Ok, long NotOk, long NotDecidable, TimeSpan Running, long Paced);
