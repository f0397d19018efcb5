namespace AnomalyLine.Management.Production;

/// <summary>One shift of one day.</summary>
/// <param name="Day">The day on which it begins, by the plant's clock.</param>
/// <param name="Name">Its name.</param>
/// <param name="Start">When it begins, by the plant's clock.</param>
/// <param name="End">When the next one begins. Where clocks are changed in between, the shift is longer or shorter than usual.</param>
public sealed record PlantShift(DateOnly Day, string Name, DateTimeOffset Start, DateTimeOffset End);
