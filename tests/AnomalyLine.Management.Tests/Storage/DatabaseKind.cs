namespace AnomalyLine.Management.Tests.Storage;

/// <summary>What the management database can be on.</summary>
public enum DatabaseKind
{
    /// <summary>A file.</summary>
    Sqlite,

    /// <summary>A server of PostgreSQL.</summary>
    Postgres,
}
