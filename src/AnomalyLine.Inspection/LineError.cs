namespace AnomalyLine.Inspection;

/// <summary>An expected failure.</summary>
/// <param name="Code">What kind.</param>
/// <param name="Message">What, which one, and what to do.</param>
public sealed record LineError(LineErrorCode Code, string Message);
