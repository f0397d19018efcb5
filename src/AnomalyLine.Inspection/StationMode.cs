namespace AnomalyLine.Inspection;

/// <summary>Whether a station judges. The numbers are those of the wire contract and of the log.</summary>
public enum StationMode
{
    /// <summary>Every frame is judged as it comes.</summary>
    Continuous = 1,

    /// <summary>No frame is judged: each is NotDecidable with <see cref="ReasonCode.StationStopped"/>.</summary>
    Stopped = 2,
}
