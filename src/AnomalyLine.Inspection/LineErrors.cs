namespace AnomalyLine.Inspection;

/// <summary>Errors that more than one place gives.</summary>
internal static class LineErrors
{
    public static LineError StationNotFound(string station)
        => new(LineErrorCode.StationNotFound, $"There is no station '{station}'; create it first, or check the name.");

    public static LineError NoRecipe(string station, string productId) => new(
        LineErrorCode.RecipeNotFound,
        productId.Length == 0
            ? $"Station {station} has no active recipe for parts without a product; activate one."
            : $"Station {station} has no recipe for product '{productId}'; activate one for it, or correct the product.");

    public static LineError Stopping() => new(LineErrorCode.Stopping, "The line is stopped; nothing was logged. Send again when the server runs.");
}
