namespace AnomalyLine.Inspection;

/// <summary>Errors that more than one place gives.</summary>
internal static class LineErrors
{
    public static LineError StationNotFound(string station)
        => new(LineErrorCode.StationNotFound, $"There is no station '{station}'; create it first, or check the name.");

    public static LineError Stopping() => new(LineErrorCode.Stopping, "The line is stopped; nothing was logged. Send again when the server runs.");
}
