namespace AnomalyLine.Server.Syslog;

/// <summary>How far a collector of syslog is behind the audit.</summary>
/// <param name="Entries">Entries that it does not surely have, as far as is known.</param>
/// <param name="Since">When the oldest of them was written; null if all are forwarded.</param>
/// <param name="Reason">Why it is behind; empty while entries go there.</param>
internal sealed record SyslogLag(long Entries, DateTimeOffset? Since, string Reason)
{
    /// <summary>It has all.</summary>
    public static SyslogLag None { get; } = new(0, null, "");
}
