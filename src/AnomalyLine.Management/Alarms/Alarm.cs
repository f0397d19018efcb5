namespace AnomalyLine.Management.Alarms;

/// <summary>
/// An alarm, from when it is raised until it is over: what it is about is gone, and somebody has acknowledged it. Until then it may come and go. Immutable.
/// </summary>
public sealed record Alarm
{
    /// <summary>Number; later alarms have greater ones.</summary>
    public required long Id { get; init; }

    /// <summary>What it is about.</summary>
    public required AlarmKind Kind { get; init; }

    /// <summary>Name of the station; empty where it is of the server.</summary>
    public required string Station { get; init; }

    /// <summary>How urgent it is.</summary>
    public required AlarmSeverity Severity { get; init; }

    /// <summary>What is wrong and what to do, in English.</summary>
    public required string Message { get; init; }

    /// <summary>The event that it is about; empty for a state.</summary>
    public string Occurrence { get; init; } = "";

    /// <summary>When it was raised first (UTC).</summary>
    public required DateTimeOffset FirstTime { get; init; }

    /// <summary>When it was raised last (UTC).</summary>
    public required DateTimeOffset RaiseTime { get; init; }

    /// <summary>When it went last (UTC); null while it is active.</summary>
    public DateTimeOffset? ClearTime { get; init; }

    /// <summary>How often it was raised, at least 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>When somebody acknowledged it (UTC); null for nobody.</summary>
    public DateTimeOffset? AcknowledgeTime { get; init; }

    /// <summary>Who acknowledged it; empty for nobody.</summary>
    public string AcknowledgedBy { get; init; } = "";

    /// <summary>What they said of it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Until when it is out of the way (UTC); null where it is not.</summary>
    public DateTimeOffset? ShelvedUntil { get; init; }

    /// <summary>Who put it out of the way; empty for nobody.</summary>
    public string ShelvedBy { get; init; } = "";

    /// <summary>When it was over (UTC); null while it is not.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Whether what it is about is so now.</summary>
    public bool IsActive => ClearTime is null;

    /// <summary>Whether somebody has acknowledged it.</summary>
    public bool IsAcknowledged => AcknowledgeTime is not null;

    /// <summary>Whether it is out of the way.</summary>
    public bool IsShelved(DateTimeOffset now) => ShelvedUntil > now;

    /// <summary>Whether it calls for somebody: it is not acknowledged, and not out of the way.</summary>
    public bool CallsForSomebody(DateTimeOffset now) => EndTime is null && !IsAcknowledged && !IsShelved(now);
}
