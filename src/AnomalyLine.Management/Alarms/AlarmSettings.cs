namespace AnomalyLine.Management.Alarms;

/// <summary>When a station raises alarms.</summary>
public sealed record AlarmSettings
{
    /// <summary>Longest <see cref="SilentAfter"/>: a week.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(7);

    /// <summary>Shortest <see cref="SilentAfter"/> but none: 5 s.</summary>
    public static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(5);

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Time without a part after which a running station's camera counts as silent, 5 s..7 d; zero: it may be silent. Null: as the server's option says.</summary>
    public TimeSpan? SilentAfter { get; init; }

    /// <summary>What is wrong with it; empty where nothing is.</summary>
    public string Check() => SilentAfter is { } silence && silence != TimeSpan.Zero && (silence < ShortestSilence || silence > LongestSilence)
        ? $"silent_after: {silence} is neither 0 nor 5 s..7 d."
        : "";
}
