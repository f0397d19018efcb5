namespace AnomalyLine.Inspection;

/// <summary>What an answered inspection survives.</summary>
public enum LogDurability
{
    /// <summary>A killed process and a power failure: each commit waits for the disk (SQLite synchronous=FULL).</summary>
    Full = 0,

    /// <summary>A killed process; a power failure can take the last moments (SQLite synchronous=NORMAL).</summary>
    Normal = 1,
}
