namespace AnomalyLine.Management.Production;

/// <summary>A row of a report.</summary>
/// <param name="Day">Its day; null where rows are no days.</param>
/// <param name="Shift">Its shift of that day; null where rows are no shifts.</param>
/// <param name="Station">Its station; null where rows are no stations.</param>
/// <param name="ProductId">Its product, empty for parts without one; null where rows are no products.</param>
/// <param name="Figures">Its figures.</param>
public sealed record ReportRow(DateOnly? Day, PlantShift? Shift, string? Station, string? ProductId, ProductionFigures Figures);
