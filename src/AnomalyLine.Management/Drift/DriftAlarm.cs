namespace AnomalyLine.Management.Drift;

/// <summary>A signal is no longer what it was.</summary>
/// <param name="Station">Name of the station.</param>
/// <param name="Signal">Which signal.</param>
/// <param name="Rises">Whether it has risen; else it has fallen.</param>
/// <param name="Before">Its median before the alarm's parts.</param>
/// <param name="Now">Its median over the last parts.</param>
/// <param name="Parts">Parts that were watched when it was raised.</param>
/// <param name="Time">When it was raised (UTC).</param>
/// <param name="Reason">What has changed, in words.</param>
/// <param name="Suggestion">What to do, in words.</param>
public sealed record DriftAlarm(
    string Station, DriftSignal Signal, bool Rises, double Before, double Now, long Parts, DateTimeOffset Time, string Reason, string Suggestion);
